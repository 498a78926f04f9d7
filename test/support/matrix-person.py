"""A person on Matrix, by matrix-nio: commands as lines of JSON on stdin, what is heard on stdout.

Accepts each invitation.
"""
import asyncio
import json
import sys

from nio import AsyncClient, Event, InviteMemberEvent, TypingNoticeEvent

ROOM_SEND = "m.room.message"


def say(**what):
    print(json.dumps(what), flush=True)


async def call(client, name, args):
    if name == "login":
        return await client.login(args["password"], device_name="person")
    if name == "send":
        return await client.room_send(args["room"], args.get("type", ROOM_SEND), args["content"])
    return await getattr(client, name)(**args)


async def run(client, command):
    """Answers with what nio answered, and whether that was an error."""
    try:
        answer = await call(client, command["do"], command.get("with", {}))
    except Exception as error:
        say(id=command["id"], failed=True, answer=repr(error))
        return
    plain = {k: v for k, v in vars(answer).items() if isinstance(v, (str, int, bool, list, dict))}
    say(id=command["id"], failed="Error" in type(answer).__name__, answer=plain)


async def heard(room, event):
    say(heard=event.source, room=room.room_id)


async def typing(room, event):
    say(heard={"type": "m.typing", "content": {"user_ids": event.users}}, room=room.room_id)


async def listen(client):
    async def invited(room, event):
        if event.state_key == client.user_id and event.membership == "invite":
            await client.join(room.room_id)

    # The history of a room that is joined is of no use to a test: only what follows.
    await client.sync(timeout=0)
    client.add_event_callback(heard, Event)
    client.add_ephemeral_callback(typing, TypingNoticeEvent)
    client.add_event_callback(invited, InviteMemberEvent)
    say(listening=True)
    await client.sync_forever(timeout=30000)


async def main(url, user):
    client = AsyncClient(url, user)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    tasks = set()
    while line := await reader.readline():
        command = json.loads(line)
        job = listen(client) if command["do"] == "listen" else run(client, command)
        task = asyncio.create_task(job)
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    for task in tasks:
        task.cancel()
    await client.close()


asyncio.run(main(*sys.argv[1:]))
