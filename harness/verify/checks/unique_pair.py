"""Two users share one conversation, also when both open it at the same moment."""

import asyncio

from harness.verify.finding import Finding, from_problems
from harness.verify.site import Site

_DUPLICATES = """
SELECT count(*) FROM (SELECT 1 FROM conversations GROUP BY user1_id, user2_id HAVING count(*) > 1) AS twice
"""
_AGAIN = "INSERT INTO conversations (user1_id, user2_id) VALUES ($1, $2)"
_COUNT = "SELECT count(*) FROM conversations WHERE user1_id = $1 AND user2_id = $2"
#: Long enough for the second client to have looked and found nothing.
_HEAD_START_S = 0.05


async def check(site: Site) -> Finding:
    problems = []
    if stored := await site.total(_DUPLICATES):
        problems.append(f"{stored} pairs have several conversations")
    ann, bob = await site.newcomers(2)
    stored_at = await site.home((await site.chat.open_conversation(ann, bob))["id"])
    if await site.refusal(site.own(_AGAIN), ann, bob, at=stored_at) is None:
        problems.append("a second conversation of the same pair was stored")
    seen = "the second is refused; opened by two at once: "
    if not site.is_clone:
        return from_problems(problems, seen + "not tried, since it needs two transactions")
    count = await _open_at_once(site)
    if count != 1:
        problems.append(f"opened by two at once: {count} conversations")
    return from_problems(problems, seen + "one conversation")


async def _open_at_once(site: Site) -> int:
    """One client's creation waits for its commit while another looks, finds nothing, and creates."""
    ann, bob = await site.newcomers(2)
    if site.others:
        # a creation takes several transactions there, so neither can be held
        await asyncio.gather(*(site.chat.open_conversation(*pair) for pair in [(ann, bob), (bob, ann)] * 4))
        return await site.total(_COUNT, ann, bob)
    async with site.chat.db.transaction() as first:
        claim = site.chat.sql.get("open_conversation/claim")
        claimed = [await first.fetchval(claim, ann, bob)] if claim else []
        await first.fetch(site.chat.sql["open_conversation/create"], ann, bob, *claimed)
        second = asyncio.create_task(site.chat.open_conversation(bob, ann))
        await asyncio.sleep(_HEAD_START_S)
    await second
    return int(await site.database.fetchval(site.own(_COUNT), ann, bob))
