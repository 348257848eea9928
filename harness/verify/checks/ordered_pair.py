"""A conversation has one spelling: the member with the smaller id first."""

from harness.verify.finding import Finding, from_problems
from harness.verify.site import Site

_REVERSED = "SELECT count(*) FROM conversations WHERE user1_id >= user2_id"
_INSERT = "INSERT INTO conversations (user1_id, user2_id) VALUES ($1, $2)"


async def check(site: Site) -> Finding:
    problems = []
    if stored := await site.total(_REVERSED):
        problems.append(f"{stored} conversations are stored the other way round")
    smaller, greater = await site.newcomers(2)
    how = await site.refusal(site.own(_INSERT), greater, smaller)
    if how is None:
        problems.append("a reversed pair was stored")
    return from_problems(problems, f"none stored; a reversed pair is refused by {how}")
