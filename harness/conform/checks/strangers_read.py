"""Nobody reads what isn't theirs: to a stranger a conversation looks as if it did not exist, 404."""

from uuid import uuid4

from harness.conform.errors import Deviation
from harness.conform.site import Site

_NOT_FOUND = 404
_PARTS = ("messages", "media", "unread")


async def check(site: Site) -> str:
    ann, bob, eve = await site.newcomers(3)
    conversation = await site.conversation(ann, bob)
    await site.say(ann, conversation, "a secret")
    problems = []
    for part in _PARTS:
        statuses = [
            (await site.ask("GET", f"/v1/conversations/{one}/{part}", eve)).status for one in (conversation, uuid4())
        ]
        if statuses[0] != _NOT_FOUND:
            problems.append(f"GET /v1/conversations/{{id}}/{part} of strangers answered {statuses[0]}, expected 404")
        elif statuses[0] != statuses[1]:
            problems.append(f"{part}: a conversation of others and none can be told apart by their status")
    if await site.page(eve, "/v1/conversations", schema="ConversationPage"):
        problems.append("a stranger's list shows the conversation of others")
    if problems:
        raise Deviation("; ".join(problems))
    return f"404 to {', '.join(_PARTS)}"
