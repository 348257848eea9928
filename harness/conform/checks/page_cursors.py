"""Following `next` to the end shows every message exactly once, even those of one instant, while others arrive."""

import asyncio
from collections import Counter

from harness.conform.errors import Deviation
from harness.conform.site import Site

_MESSAGES = 23
_LIMITS = (1, 5, 23, 200)


async def check(site: Site) -> str:
    ann, bob = await site.newcomers(2)
    conversation = await site.conversation(ann, bob)
    sent = {
        row["id"]
        for row in await asyncio.gather(
            *(site.say(ann, conversation, str(number), server=number) for number in range(_MESSAGES))
        )
    }
    path = f"/v1/conversations/{conversation}/messages"
    for limit in _LIMITS:
        _once(sent, [row["id"] async for page in site.walk(bob, path, limit=limit) for row in page], limit)
    seen: list[str] = []
    async for page in site.walk(bob, path, limit=7):
        seen += [row["id"] for row in page]
        await site.say(ann, conversation, "meanwhile")
    _once(sent, [one for one in seen if one in sent], 7)
    return f"{_MESSAGES} messages, each once, by pages of {', '.join(map(str, _LIMITS))} and while others arrived"


def _once(sent: set[str], seen: list[str], limit: int) -> None:
    counts = Counter(seen)
    missing, twice = len(sent - counts.keys()), sum(count > 1 for count in counts.values())
    if missing or twice or counts.keys() - sent:
        raise Deviation(
            f"by pages of {limit}, {missing} of {len(sent)} messages are missing, {twice} come more than once and "
            f"{len(counts.keys() - sent)} were never sent"
        )
