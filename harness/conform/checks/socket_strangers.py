"""A device gets nothing of conversations that its user is not in."""

from harness.conform.errors import Deviation
from harness.conform.site import Site


async def check(site: Site) -> str:
    ann, bob, eve = await site.newcomers(3)
    theirs, own = await site.conversation(ann, bob), await site.conversation(ann, eve)
    async with site.device(eve) as device, site.device(bob):
        for number in range(3):
            await site.say(ann, theirs, f"a secret {number}")
        # it does listen, and what came before would have come first
        await site.say(ann, own, "for you")
        frames = await device.several("message.new", 1)
    if foreign := [frame for frame in frames if frame["payload"]["conversation_id"] != own]:
        raise Deviation(f"{len(foreign)} messages of other users' conversation arrived at a stranger's device")
    return "3 messages of others, none arrived"
