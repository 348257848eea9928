"""A sent message is answered 201 as it was stored, and is the newest on both members' pages."""

from harness.conform.errors import Deviation
from harness.conform.site import Site

_CONTENT = 'Grüße 👋 مرحبا \\ "quoted" \n second line'


async def check(site: Site) -> str:
    ann, bob = await site.newcomers(2)
    conversation = await site.conversation(ann, bob)
    await site.say(ann, conversation, "before it")
    for sender, receiver in ((ann, bob), (bob, ann)):
        sent = await site.say(sender, conversation, _CONTENT)
        expected = {
            "conversation_id": conversation,
            "sender_id": str(sender),
            "receiver_id": str(receiver),
            "type": "text",
            "content": _CONTENT,
            "is_read": False,
        }
        if wrong := [name for name, value in expected.items() if sent[name] != value]:
            raise Deviation(f"the answer's {', '.join(wrong)} is not what was sent")
        for reader in (ann, bob):
            page = await site.page(reader, f"/v1/conversations/{conversation}/messages?limit=50")
            newest = page[0] if page else None
            if newest is None or (newest["id"], newest["content"]) != (sent["id"], _CONTENT):
                raise Deviation("the newest message on a member's page is not the one just sent")
    return "201; both members see it as it was written"
