"""Nobody blocks themselves."""

from harness.verify.finding import Finding, from_problems
from harness.verify.site import Site

_STORED = "SELECT count(*) FROM blocks WHERE blocker_id = blocked_id"
_INSERT = "INSERT INTO blocks (blocker_id, blocked_id) VALUES ($1, $1)"


async def check(site: Site) -> Finding:
    problems = []
    if stored := await site.database.fetchval(site.own(_STORED)):
        problems.append(f"{stored} users block themselves")
    [ann] = await site.newcomers(1)
    how = await site.refusal(site.own(_INSERT), ann)
    if how is None:
        problems.append("a block of oneself was stored")
    return from_problems(problems, f"none stored; refused by {how}")
