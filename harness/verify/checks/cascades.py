"""With a user go their conversations, messages and blocks, and nothing of others."""

from uuid import UUID

import asyncpg

from harness.verify.finding import Finding, broken, from_problems
from harness.verify.site import Site, text

_LEFT = {
    "conversations": "SELECT count(*) FROM conversations WHERE user1_id = $1 OR user2_id = $1",
    "messages": "SELECT count(*) FROM messages WHERE sender_id = $1 OR receiver_id = $1",
    "blocks": "SELECT count(*) FROM blocks WHERE blocker_id = $1 OR blocked_id = $1",
}


async def check(site: Site) -> Finding:
    # one leaves as the first member of a conversation, one as the second
    first, stayer, other, second = await site.newcomers(4)
    for leaver in (first, second):
        await _leave_traces(site, leaver, stayer, other)
    kept = (await site.chat.open_conversation(stayer, other))["id"]
    await site.chat.send(other, kept, text("kept"))
    problems = []
    for leaver in (first, second):
        try:
            await site.chat.delete_user(leaver)
        except asyncpg.PostgresError as problem:
            return broken(f"the user could not be deleted: {problem}")
        counted = {table: await site.total(sql, leaver) for table, sql in _LEFT.items()}
        problems += [f"{count} {table} of a deleted user are left" for table, count in counted.items() if count]
    if len((await site.chat.newest_page(stayer, kept, limit=10)).rows) != 1:
        problems.append("a message between two others went too")
    return from_problems(problems, "2 conversations, 4 messages and 4 blocks of 2 users went; the others' stayed")


async def _leave_traces(site: Site, leaver: UUID, stayer: UUID, other: UUID) -> None:
    conversation = (await site.chat.open_conversation(leaver, stayer))["id"]
    await site.chat.send(leaver, conversation, text("from the leaver"))
    await site.chat.send(stayer, conversation, text("to the leaver"))
    await site.chat.block_add(leaver, other)
    await site.chat.block_add(other, leaver)
