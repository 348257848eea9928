"""No key of a deleted user is left in Redis."""

import contextlib

import asyncpg

from harness.verify.finding import Finding, from_problems
from harness.verify.site import Site, text

#: Marks of changes, without content, which end by themselves within an hour (reference_server/cache/unread.py).
_PASSING = "chatbench:unread:"


async def check(site: Site) -> Finding:
    leaver, stayer = await site.newcomers(2)
    conversation = (await site.chat.open_conversation(leaver, stayer))["id"]
    await site.chat.heartbeat(leaver)
    await site.chat.send(stayer, conversation, text("hello"))
    await site.chat.send(leaver, conversation, text("hello"))
    for user in (leaver, stayer):
        await site.chat.unread_total(user)
        await site.chat.unread_conversation(user, conversation)
    before = await _keys(site, leaver, conversation)
    # a missing cascade is for another check to tell
    with contextlib.suppress(asyncpg.PostgresError):
        await site.chat.delete_user(leaver)
    after = await _keys(site, leaver, conversation)
    lasting = [key for key in after if not key.startswith(_PASSING) or await site.redis.ttl(key) < 0]
    problems = [f"{key} is left" for key in lasting]
    return from_problems(problems, f"{len(before)} keys before, none after but passing marks ({_PASSING}*)")


async def _keys(site: Site, *ids: object) -> list[str]:
    return sorted({key.decode() for one in ids async for key in site.redis.scan_iter(match=f"*{one}*", count=1000)})
