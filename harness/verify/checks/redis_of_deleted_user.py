"""No key of a deleted user is left in Redis."""

import contextlib
from uuid import UUID

import asyncpg

from harness.verify.finding import Finding, from_problems
from harness.verify.site import Site, text
from reference_server.cache import unread


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
    passing = await _passing(site, leaver)
    problems = [f"{key} is left" for key in after if key not in passing]
    marks = f"{len(passing)} passing mark" if passing else "none"
    return from_problems(problems, f"{len(before)} keys before, {marks} after")


async def _passing(site: Site, leaver: UUID) -> set[str]:
    """What a cache of unread counts has to keep for a while: without a count, and gone within an hour.

    A read from before the deletion would otherwise be stored after it. A variant that caches no counts needs no mark.
    """
    key = unread.sequence_key(leaver)
    lives_s = await site.redis.ttl(key)
    return {key} if site.variant.cache.unread and 0 < lives_s <= unread.SEQUENCE_TTL_S else set()


async def _keys(site: Site, *ids: object) -> list[str]:
    return sorted({key.decode() for one in ids async for key in site.redis.scan_iter(match=f"*{one}*", count=1000)})
