"""Every device of a user gets every message once, at whichever server it was sent."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack

from harness.conform.errors import Deviation
from harness.conform.site import Site

_MESSAGES = 10


async def check(site: Site) -> str:
    ann, bob = await site.newcomers(2)
    conversation = await site.conversation(ann, bob)
    count = max(2, len(site.urls))
    async with AsyncExitStack() as stack:
        devices = [await stack.enter_async_context(site.device(bob, server=number)) for number in range(count)]
        await asyncio.gather(*(site.say(ann, conversation, str(number), server=number) for number in range(_MESSAGES)))
        arrived = await asyncio.gather(*(device.several("message.new", _MESSAGES) for device in devices))
    problems = []
    for number, frames in enumerate(arrived, 1):
        times = Counter(frame["payload"]["content"] for frame in frames)
        missing, twice = _MESSAGES - len(times), sum(time > 1 for time in times.values())
        if missing or twice:
            problems.append(f"device {number} of {count}: {missing} of {_MESSAGES} messages missing, {twice} repeated")
    if problems:
        raise Deviation("; ".join(problems))
    return f"{_MESSAGES} messages, each once, at each of {count} devices"
