"""A plugin and a backend on grpcio, driven by lines of JSON.

One line in is one order, one line out is one thing that happened. The words are explained in
../client.ts. There are no generated stubs: SEABIRD_DESCRIPTORS names a file descriptor set, so
the same program speaks any edition of the protocol.
"""

import json
import os
import queue
import sys
import threading

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

SERVICES = ("seabird.Seabird", "seabird.ChatIngest")


class Protocol:
    """The messages and methods of a file descriptor set."""

    def __init__(self, path):
        files = descriptor_pb2.FileDescriptorSet()
        with open(path, "rb") as file:
            files.ParseFromString(file.read())
        self.pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            self.pool.Add(file)
        self.factory = message_factory.MessageFactory(self.pool)
        self.methods = {}
        for name in SERVICES:
            try:
                service = self.pool.FindServiceByName(name)
            except KeyError:
                continue  # The seed's edition has the ingest service only.
            for method in service.methods:
                self.methods[method.name] = (name, method)

    def message(self, descriptor):
        return self.factory.GetPrototype(descriptor)

    def stub(self, channel, name, shape):
        """A callable for the method, and the class of its request."""
        service, method = self.methods[name]
        request = self.message(method.input_type)
        make = getattr(channel, shape)
        call = make(
            f"/{service}/{name}",
            request_serializer=request.SerializeToString,
            response_deserializer=self.message(method.output_type).FromString,
        )
        return call, request


class Program:
    def __init__(self, channel, protocol, token):
        self.channel = channel
        self.protocol = protocol
        self.metadata = (("authorization", f"Bearer {token}"),)
        self.calls = {}
        self.outgoing = {}
        self.output = threading.Lock()

    def say(self, **line):
        with self.output:
            print(json.dumps(line), flush=True)

    def obey(self, order):
        do, number = order["do"], order["id"]
        if do == "events":
            self.open(number, "StreamEvents", "unary_stream", order["body"])
        elif do == "ingest":
            self.open(number, "IngestEvents", "stream_stream", None)
        elif do == "push":
            _, method = self.protocol.methods["IngestEvents"]
            event = self.protocol.message(method.input_type)()
            self.outgoing[number].put(json_format.ParseDict(order["body"], event))
        elif do == "finish":
            self.outgoing[number].put(None)
        elif do == "cancel":
            self.calls[number].cancel()
        else:
            threading.Thread(target=self.answer, args=(order,), daemon=True).start()

    def open(self, number, name, shape, body):
        stub, request = self.protocol.stub(self.channel, name, shape)
        if shape == "stream_stream":
            events = self.outgoing[number] = queue.Queue()
            call = stub(iter(events.get, None), metadata=self.metadata)
        else:
            call = stub(json_format.ParseDict(body, request()), metadata=self.metadata)
        self.calls[number] = call
        threading.Thread(target=self.follow, args=(number, call), daemon=True).start()

    def follow(self, number, call):
        try:
            call.initial_metadata()
            if call.is_active():
                self.say(id=number, what="headers")
            for message in call:
                self.say(id=number, what="message", body=json_format.MessageToDict(message))
            self.say(id=number, what="end", code=0, message="")
        except grpc.RpcError as error:
            self.failed(number, "end", error)

    def answer(self, order):
        stub, request = self.protocol.stub(self.channel, order["method"], "unary_unary")
        message = json_format.ParseDict(order["body"], request())
        try:
            response = stub(message, metadata=self.metadata, timeout=60)
            body = json_format.MessageToDict(response)
            self.say(id=order["id"], what="answer", body=body)
        except grpc.RpcError as error:
            self.failed(order["id"], "error", error)

    def failed(self, number, what, error):
        code, message = error.code().value[0], error.details()
        self.say(id=number, what=what, code=code, message=message)


def connect(url):
    scheme, address = url.split("://")
    options = [("grpc.max_receive_message_length", 4 * 1024 * 1024)]
    if scheme == "http":
        return grpc.insecure_channel(address, options)
    with open(os.environ["SSL_CERT_FILE"], "rb") as file:
        credentials = grpc.ssl_channel_credentials(root_certificates=file.read())
    return grpc.secure_channel(address, credentials, options)


def main():
    protocol = Protocol(os.environ["SEABIRD_DESCRIPTORS"])
    program = Program(connect(os.environ["SEABIRD_URL"]), protocol, os.environ["SEABIRD_TOKEN"])
    program.say(id=0, what="ready")
    for line in sys.stdin:
        program.obey(json.loads(line))


main()
