"""With a user go their conversations, messages and blocks, and nothing of others."""

import asyncpg

from harness.verify.finding import Finding, broken, from_problems
from harness.verify.site import Site, text

_CONVERSATIONS = "SELECT count(*) FROM conversations WHERE user1_id = $1 OR user2_id = $1"
_MESSAGES = "SELECT count(*) FROM messages WHERE sender_id = $1 OR receiver_id = $1"
_BLOCKS = "SELECT count(*) FROM blocks WHERE blocker_id = $1 OR blocked_id = $1"


async def check(site: Site) -> Finding:
    leaver, stayer, other = await site.newcomers(3)
    left = (await site.chat.open_conversation(leaver, stayer))["id"]
    kept = (await site.chat.open_conversation(stayer, other))["id"]
    for sender, receiver, conversation in ((leaver, stayer, left), (stayer, leaver, left), (other, stayer, kept)):
        await site.chat.send(sender, conversation, text(f"to {receiver}"))
    await site.chat.block_add(leaver, other)
    await site.chat.block_add(other, leaver)
    try:
        await site.chat.delete_user(leaver)
    except asyncpg.PostgresError as problem:
        return broken(f"the user could not be deleted: {problem}")
    counted = {
        "conversations": await site.database.fetchval(_CONVERSATIONS, leaver),
        "messages": await site.database.fetchval(_MESSAGES, leaver),
        "blocks": await site.database.fetchval(_BLOCKS, leaver),
    }
    problems = [f"{count} {table} of a deleted user are left" for table, count in counted.items() if count]
    if len((await site.chat.newest_page(stayer, kept, limit=10)).rows) != 1:
        problems.append("a message between two others went too")
    return from_problems(problems, "1 conversation, 2 messages and 2 blocks went; the others' stayed")
