"""The other member is told of reading, typing, coming and going."""

from harness.conform.errors import Deviation
from harness.conform.schemas import check_frame
from harness.conform.site import Site


async def check(site: Site) -> str:
    ann, bob = await site.newcomers(2)
    conversation = await site.conversation(ann, bob)
    await site.say(ann, conversation, "hello")
    told = {}
    async with site.device(ann) as watching, site.device(bob) as acting:
        await site.got("POST", f"/v1/conversations/{conversation}/read", bob)
        told["message.read"] = await watching.next("message.read")
        await acting.tell(type="typing", conversation_id=conversation)
        told["typing"] = await watching.next("typing")
        await acting.tell(type="heartbeat")
        told["presence.changed"] = await watching.next("presence.changed")
        await site.ask("POST", "/v1/presence/offline", bob)
        gone = await watching.next("presence.changed")
    for frame in (*told.values(), gone):
        check_frame(frame)
    who = {"reader_id": told["message.read"], "user_id": told["typing"]}
    if any(frame["payload"][name] != str(bob) for name, frame in who.items()):
        raise Deviation("message.read or typing names another user than the one who acted")
    if told["message.read"]["payload"]["count"] != 1:
        raise Deviation(f"message.read says count {told['message.read']['payload']['count']}, expected 1")
    if (told["presence.changed"]["payload"]["online"], gone["payload"]["online"]) != (True, False):
        raise Deviation("presence.changed does not say online, then offline")
    return ", ".join(told)
