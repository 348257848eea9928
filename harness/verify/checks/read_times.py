"""Each message tells when it was read."""

from harness.verify.finding import Finding, from_problems
from harness.verify.site import Site, text


async def check(site: Site) -> Finding:
    ann, bob = await site.newcomers(2)
    conversation = (await site.chat.open_conversation(ann, bob))["id"]
    for content in ("read first", "read last"):
        await site.chat.send(ann, conversation, text(content))
        await site.chat.mark_read(bob, conversation)
    page = await site.chat.newest_page(bob, conversation, limit=2)
    silent = [row["content"] for row in page.rows if row["read_at"] is None]
    problems = [f"nobody knows when {' and '.join(map(repr, silent))} became read"] if silent else []
    return from_problems(problems, "2 messages, read one after the other, each with its time")
