"""An id is one message's: sent again in another conversation it is refused."""

from dataclasses import replace

from harness.verify.finding import Finding, from_problems
from harness.verify.site import Site, text
from reference_server.errors import Conflict

#: So many that some are in another shard than the first, where there are shards.
_OTHERS = 12


async def check(site: Site) -> Finding:
    sender, *receivers = await site.newcomers(1 + 1 + _OTHERS)
    first, *others = [(await site.chat.open_conversation(sender, receiver))["id"] for receiver in receivers]
    draft = text("hello")
    await site.chat.send(sender, first, draft)
    taken = 0
    for conversation in others:
        try:
            await site.chat.send(sender, conversation, replace(draft, content="another message"))
            taken += 1
        except Conflict:
            continue
    problems = [f"{taken} of {_OTHERS} conversations took a message under an id that was in use"] if taken else []
    return from_problems(problems, f"an id in use was refused in {_OTHERS} other conversations")
