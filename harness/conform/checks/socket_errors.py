"""A frame that makes no sense, or is not allowed, is answered by an error frame; the socket stays."""

import orjson

from harness.conform.errors import Deviation
from harness.conform.schemas import check_frame
from harness.conform.site import Site


async def check(site: Site) -> str:
    ann, bob, eve = await site.newcomers(3)
    theirs, own = await site.conversation(ann, bob), await site.conversation(ann, eve)
    wrong = {
        "words that are no JSON": "no json",
        "an unknown type": '{"type":"dance"}',
        "typing in a conversation of others": orjson.dumps({"type": "typing", "conversation_id": theirs}).decode(),
    }
    async with site.device(eve) as device:
        for what, text in wrong.items():
            await device.tell_text(text)
            try:
                check_frame(await device.next("error"))
            except Deviation as deviation:
                raise Deviation(f"{what}: {deviation}") from None
        await site.say(ann, own, "still there?")
        await device.next("message.new")
    return f"an error frame each for {', '.join(wrong)}; then a message arrived"
