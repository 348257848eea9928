"""The list shows the conversation with the latest message first, with that message; cursors show each once."""

from harness.conform.errors import Deviation
from harness.conform.site import Site

_SCHEMA = "ConversationPage"


async def check(site: Site) -> str:
    ann, *others = await site.newcomers(5)
    conversations = [await site.conversation(ann, other) for other in others]
    for other, conversation in zip(others, conversations, strict=True):
        await site.say(other, conversation, f"from {other}")
    await site.say(ann, conversations[0], "the latest")
    expected = [conversations[0], *reversed(conversations[1:])]
    page = await site.page(ann, "/v1/conversations?limit=50", schema=_SCHEMA)
    if [row["id"] for row in page] != expected:
        raise Deviation("conversations are not listed in the order of their latest messages")
    if (last := page[0]["last_message"]) is None or last["content"] != "the latest":
        raise Deviation(f"last_message is {last and last['content']!r}, expected 'the latest'")
    if page[1]["other_id"] != str(others[-1]):
        raise Deviation("other_id is not the other member")
    walk = site.walk(ann, "/v1/conversations", limit=2, schema=_SCHEMA)
    if [row["id"] for row in [row async for one in walk for row in one]] != expected:
        raise Deviation("pages of 2 do not show each conversation once, in the same order")
    return f"{len(expected)} conversations in order"
