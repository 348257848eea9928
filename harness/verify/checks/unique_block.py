"""Nobody blocks the same user twice."""

from harness.verify.finding import Finding, from_problems
from harness.verify.site import Site

_DUPLICATES = "SELECT count(*) FROM (SELECT 1 FROM blocks GROUP BY blocker_id, blocked_id HAVING count(*) > 1) AS twice"
_AGAIN = "INSERT INTO blocks (blocker_id, blocked_id) VALUES ($1, $2)"


async def check(site: Site) -> Finding:
    problems = []
    if stored := await site.database.fetchval(site.own(_DUPLICATES)):
        problems.append(f"{stored} blocks are stored more than once")
    ann, bob = await site.newcomers(2)
    await site.chat.block_add(ann, bob)
    await site.chat.block_add(ann, bob)
    if (count := len((await site.chat.block_list(ann, limit=10)).rows)) != 1:
        problems.append(f"blocked twice, listed {count} times")
    how = await site.refusal(site.own(_AGAIN), ann, bob)
    if how is None:
        problems.append("a second block of the same user was stored")
    return from_problems(problems, f"the second is refused by {how}")
