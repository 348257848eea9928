"""Unread counts are those of the receiver, rise with each message, and fall to 0 when all is read."""

from uuid import UUID

from harness.conform.errors import Deviation
from harness.conform.site import Site


async def check(site: Site) -> str:
    ann, bob, eve = await site.newcomers(3)
    first, second = await site.conversation(ann, bob), await site.conversation(eve, bob)
    for number in range(3):
        await site.say(ann, first, str(number))
    await site.say(eve, second, "hello")
    await _expect(site, bob, first, of_it=3, total=4)
    await _expect(site, ann, first, of_it=0, total=0)
    if (read := (await site.got("POST", f"/v1/conversations/{first}/read", bob, schema="Read"))["read"]) != 3:  # noqa: PLR2004 - as sent
        raise Deviation(f"marking 3 unread messages read answered {read}")
    await _expect(site, bob, first, of_it=0, total=1)
    if (read := (await site.got("POST", f"/v1/conversations/{first}/read", bob, schema="Read"))["read"]) != 0:
        raise Deviation(f"marking read again answered {read}, expected 0")
    newest = (await site.page(ann, f"/v1/conversations/{first}/messages"))[0]
    if not newest["is_read"] or newest["read_at"] is None:
        raise Deviation("the sender's page shows a message that was read without is_read and read_at")
    await site.say(ann, first, "again")
    await _expect(site, bob, first, of_it=1, total=2)
    return "counted up, down to 0, and up again"


async def _expect(site: Site, user: UUID, conversation: str, *, of_it: int, total: int) -> None:
    one = (await site.got("GET", f"/v1/conversations/{conversation}/unread", user, schema="Unread"))["unread"]
    if one != of_it:
        raise Deviation(f"/v1/conversations/{{id}}/unread says {one}, expected {of_it}")
    every = (await site.got("GET", "/v1/unread", user, schema="Unread"))["unread"]
    if every != total:
        raise Deviation(f"/v1/unread says {every}, expected {total}")
    rows = await site.page(user, "/v1/conversations", schema="ConversationPage")
    listed = next((row["unread_count"] for row in rows if row["id"] == conversation), None)
    if listed != of_it:
        raise Deviation(f"the conversation list says unread_count {listed}, expected {of_it}")
