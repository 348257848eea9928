"""A stored message arrives at a device of its receiver and of its sender, whole, with a cursor."""

from harness.conform.errors import Deviation
from harness.conform.schemas import check_frame
from harness.conform.site import Site

_SAME = ("id", "conversation_id", "sender_id", "receiver_id", "type", "content", "created_at")


async def check(site: Site) -> str:
    ann, bob = await site.newcomers(2)
    conversation = await site.conversation(ann, bob)
    async with site.device(ann) as own, site.device(bob, server=1) as other:
        for number in range(3):
            stored = await site.say(ann, conversation, f"hello {number}", server=number)
            for device, whose in ((other, "receiver"), (own, "sender")):
                frame = await device.next("message.new")
                check_frame(frame)
                payload = frame["payload"]
                if wrong := [name for name in _SAME if not _alike(payload[name], stored[name])]:
                    raise Deviation(f"at the {whose}'s device {', '.join(wrong)} differ from the stored message")
    return "3 messages at both"


def _alike(one: str, other: str) -> bool:
    """Times may be written as Z or as +00:00."""
    return str(one).replace("+00:00", "Z") == str(other).replace("+00:00", "Z")
