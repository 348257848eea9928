"""Who leaves is gone with everything: conversations, messages and blocks, for the other too."""

from harness.conform.errors import Deviation
from harness.conform.site import DONE, Site

_NOT_FOUND = 404


async def check(site: Site) -> str:
    ann, bob = await site.newcomers(2)
    conversation = await site.conversation(ann, bob)
    before = await site.got("GET", "/v1/unread", bob, schema="Unread")
    await site.say(ann, conversation, "soon gone")
    site.expect(await site.ask("PUT", f"/v1/blocks/{ann}", bob), DONE, "PUT /v1/blocks/{id}")
    site.expect(await site.ask("DELETE", "/v1/users/me", ann), DONE, "DELETE /v1/users/me")
    page = await site.ask("GET", f"/v1/conversations/{conversation}/media", bob)
    site.expect(page, _NOT_FOUND, "the conversation with somebody who left")
    for path, schema in (("/v1/conversations", "ConversationPage"), ("/v1/blocks", "BlockPage")):
        if await site.page(bob, path, schema=schema):
            raise Deviation(f"{path} still lists somebody who left")
    if await site.got("GET", "/v1/unread", bob, schema="Unread") != before:
        raise Deviation("messages of somebody who left are still unread")
    return "204, and nothing left"
