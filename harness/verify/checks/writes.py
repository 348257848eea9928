"""A message that is sent is stored, and its receiver sees it."""

import asyncpg

from harness.verify.errors import CouldNotRun
from harness.verify.finding import Finding, broken, from_problems
from harness.verify.site import Site, rolled_back, text
from reference_server.errors import ReadOnly

#: A conversation in which a send would be stored, were it not for the variant.
_FRIENDLY = """
SELECT id, user1_id FROM conversations AS c
WHERE NOT EXISTS (
    SELECT FROM blocks WHERE (blocker_id, blocked_id) IN ((c.user1_id, c.user2_id), (c.user2_id, c.user1_id))
) LIMIT 1
"""
_PAST_THE_CHAT = "INSERT INTO messages SELECT * FROM messages LIMIT 1"


async def check(site: Site) -> Finding:
    ann, bob = await site.newcomers(2)
    try:
        conversation = (await site.chat.open_conversation(ann, bob))["id"]
        sent = await site.chat.send(ann, conversation, text("hello"))
    except ReadOnly:
        return await _refused(site)
    seen = [row["id"] for row in (await site.chat.newest_page(bob, conversation, limit=5)).rows]
    problems = [] if seen == [sent.message["id"]] else [f"its receiver sees {len(seen)} messages"]
    return from_problems(problems, "sent, stored, and seen by its receiver")


async def _refused(site: Site) -> Finding:
    """What becomes of a send in a conversation that exists, and of a row past the use cases."""
    row = await site.database.fetchrow(site.own(_FRIENDLY))
    if row is None:
        raise CouldNotRun("there is no conversation in which neither blocks the other")
    try:
        await site.chat.send(row["user1_id"], row["id"], text("hello"))
    except ReadOnly as refused:
        try:
            async with rolled_back(site.database):
                await site.database.execute(site.own(_PAST_THE_CHAT))
        except asyncpg.ObjectNotInPrerequisiteStateError as problem:
            return broken(f"a send is refused ({refused.code}), and so is a row past it: {problem}")
        return broken(f"a send is refused ({refused.code}), but the database itself takes a row")
    return broken("no conversation can be opened")
