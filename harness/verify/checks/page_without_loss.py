"""Cursor pages show every message exactly once, also among equal times and while others send."""

from collections import Counter
from uuid import UUID

from harness.verify.finding import Finding, from_problems
from harness.verify.site import Site, text

#: Messages of one instant, with pages that end among them.
_TIED = 9
_LIMIT = 4
_ONE_INSTANT = "UPDATE messages SET created_at = now() - interval '1 minute' WHERE conversation_id = $1"


async def check(site: Site) -> Finding:
    ann, bob = await site.newcomers(2)
    conversation = (await site.chat.open_conversation(ann, bob))["id"]
    told = [f"tied {number}" for number in range(_TIED)]
    for content in told:
        await site.chat.send(ann, conversation, text(content))
    # so many messages of one instant are rare, and the dataset has them as well
    await (await site.home(conversation)).fetch(site.own(_ONE_INSTANT), conversation)
    problems = []
    for sends, when in ((False, "on equal times"), (True, "while others send")):
        seen = Counter(await _walk(site, ann, bob, conversation, sends=sends))
        lost = [content for content in told if not seen[content]]
        repeated = [content for content in told if seen[content] > 1]
        if lost or repeated:
            problems.append(f"{when}: {len(lost)} of {_TIED} messages lost, {len(repeated)} repeated")
    return from_problems(problems, f"{_TIED} messages of one instant in pages of {_LIMIT}, each once, also amid sends")


async def _walk(site: Site, sender: UUID, reader: UUID, conversation: UUID, *, sends: bool) -> list[str]:
    """The contents that a reader meets from the newest page to the last."""
    page = await site.chat.newest_page(reader, conversation, limit=_LIMIT)
    met = [row["content"] for row in page.rows]
    # a method that repeats could go round for ever
    for _ in range(4 * _TIED):
        if page.next is None:
            break
        if sends:
            await site.chat.send(sender, conversation, text("newer"))
        page = await site.chat.older_page(reader, conversation, before=page.next, limit=_LIMIT)
        met += [row["content"] for row in page.rows]
    return met
