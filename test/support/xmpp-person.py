"""A person on XMPP, by slixmpp: commands as lines of JSON on stdin, what is heard on stdout."""
import asyncio
import json
import logging
import ssl
import sys
import xml.etree.ElementTree as ET

from slixmpp import JID, ClientXMPP
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatcherId, StanzaPath
from slixmpp.xmlstream.tostring import tostring

PLUGINS = (
    "0030 0045 0054 0066 0085 0092 0115 0184 0198 0199 0203 0249 0308 0333 0359 0363 0372 "
    "0421 0424 0425 0428 0444 0461"
).split()
ADDRESSES = {"to", "mto", "pto", "jid", "room", "ifrom", "ito", "mfrom"}


def say(**what):
    print(json.dumps(what), flush=True)


class Person(ClientXMPP):
    def __init__(self, address, password):
        super().__init__(address, password)
        for number in PLUGINS:
            try:
                self.register_plugin(f"xep_{number}")
            except Exception as reason:
                print(f"no xep_{number}: {reason}", file=sys.stderr)
        self.add_event_handler("session_start", self.started)
        self.add_event_handler("disconnected", lambda _: say(state="disconnected"))
        self.add_event_handler("failed_auth", lambda _: say(state="failed"))
        for kind in ("message", "presence"):
            handler = Callback(f"heard {kind}", StanzaPath(kind), self.heard)
            self.register_handler(handler)

    async def started(self, _):
        self.send_presence()
        say(state="online")

    def heard(self, stanza):
        say(heard=tostring(stanza.xml, xmlns="jabber:client", top_level=True))


async def run(client, command):
    """Answers with what slixmpp answered, as far as JSON has it; a stanza as its text."""
    name, args = command["do"], command.get("with", {})
    try:
        if name == "xml":
            # As it is, whatever the plugins would make of it.
            client.send_raw(args["xml"])
            answer = None
        elif name == "iq":
            answer = await ask(client, args["xml"])
        else:
            target = client
            for part in name.split(".")[:-1]:
                target = target[part] if part.startswith("xep_") else getattr(target, part)
            given = {k: JID(v) if k in ADDRESSES else v for k, v in args.items()}
            answer = getattr(target, name.split(".")[-1])(**given)
            if asyncio.iscoroutine(answer) or asyncio.isfuture(answer):
                answer = await answer
        say(id=command["id"], answer=plain(answer))
    except Exception as reason:
        say(id=command["id"], failed=f"{type(reason).__name__}: {reason}")


async def ask(client, text):
    element = ET.fromstring(text)
    answer = asyncio.get_running_loop().create_future()
    matcher = MatcherId(element.attrib["id"])
    client.register_handler(Callback("asked", matcher, answer.set_result, once=True))
    client.send_raw(text)
    return await asyncio.wait_for(answer, 10)


def plain(answer):
    if hasattr(answer, "xml"):
        return tostring(answer.xml, xmlns="jabber:client", top_level=True)
    try:
        return json.loads(json.dumps(answer))
    except TypeError:
        return str(answer)


async def main(host, port, address):
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    login = json.loads(await reader.readline())
    client = Person(address, login["password"])
    # The certificate of the test's server is its own.
    client.enable_direct_tls = False
    client.ssl_context.check_hostname = False
    client.ssl_context.verify_mode = ssl.CERT_NONE
    client.connect(host, int(port))
    tasks = set()
    while line := await reader.readline():
        task = asyncio.create_task(run(client, json.loads(line)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    client.abort()


logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
asyncio.run(main(*sys.argv[1:]))
