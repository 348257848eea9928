"""The same id again is the same message: 200 with what was stored, stored once even when sent at once."""

import asyncio

from harness.conform.errors import Deviation
from harness.conform.site import CREATED, OK, Site, draft

_CONFLICT = 409


async def check(site: Site) -> str:
    ann, bob, eve = await site.newcomers(3)
    path = f"/v1/conversations/{await site.conversation(ann, bob)}/messages"
    message = draft("once")
    first = await site.got("POST", path, ann, json=message, status=CREATED, schema="Message")
    again = await site.got("POST", path, ann, json=message, status=OK, schema="Message")
    if (first["id"], first["created_at"]) != (again["id"], again["created_at"]):
        raise Deviation("the second answer is not the message that the first stored")
    elsewhere = f"/v1/conversations/{await site.conversation(ann, eve)}/messages"
    site.expect(await site.ask("POST", elsewhere, ann, json=message), _CONFLICT, "the id in another conversation")
    many = draft("at once")
    answers = await asyncio.gather(*(site.ask("POST", path, ann, json=many, server=n) for n in range(8)))
    if (statuses := sorted(answer.status for answer in answers)) != [OK] * 7 + [CREATED]:
        raise Deviation(f"8 sends of one id at once answered {statuses}, expected one 201 and seven 200")
    page = await site.page(bob, f"{path}?limit=50")
    if any(sum(row["content"] == content for row in page) > 1 for content in ("once", "at once")):
        raise Deviation("a message that was sent again is stored more than once")
    return "200 with the stored message; at once, stored once; elsewhere 409"
