"""Its sender deletes a message; it is on no page any more, and no longer unread. Its receiver may not."""

from uuid import UUID

from harness.conform.errors import Deviation
from harness.conform.site import DONE, Site

_FORBIDDEN, _NOT_FOUND = 403, 404


async def check(site: Site) -> str:
    ann, bob = await site.newcomers(2)
    conversation = await site.conversation(ann, bob)
    await site.say(ann, conversation, "stays")
    path = f"/v1/messages/{(await site.say(ann, conversation, 'goes'))['id']}"
    before = await _unread(site, bob)
    site.expect(await site.ask("DELETE", path, bob), _FORBIDDEN, "DELETE of a message by its receiver")
    site.expect(await site.ask("DELETE", path, ann), DONE, "DELETE of a message by its sender")
    site.expect(await site.ask("DELETE", path, ann), _NOT_FOUND, "DELETE of it again")
    page = await site.page(bob, f"/v1/conversations/{conversation}/messages")
    if any(row["content"] == "goes" for row in page):
        raise Deviation("a deleted message is still on the page")
    if (after := await _unread(site, bob)) != before - 1:
        raise Deviation(f"an unread message was deleted, and /v1/unread went from {before} to {after}")
    last = (await site.page(bob, "/v1/conversations", schema="ConversationPage"))[0]["last_message"]
    if last is None or last["content"] != "stays":
        raise Deviation("the list does not show the message before the deleted one as the last")
    return "204 to its sender, 403 to its receiver, 404 again"


async def _unread(site: Site, user: UUID) -> int:
    return int((await site.got("GET", "/v1/unread", user, schema="Unread"))["unread"])
