"""Deleting a user through the application: conversations, messages, blocks and Redis keys go with the row."""

from uuid import UUID

from harness.maintenance.ground import Ground
from harness.maintenance.job import Done, Job
from reference_server.opening import open_chat

_COUNT = """
SELECT 1 + (SELECT count(*) FROM conversations WHERE user1_id = $1 OR user2_id = $1)
    + (SELECT count(*) FROM messages AS m JOIN conversations AS c ON c.id = m.conversation_id
       WHERE c.user1_id = $1 OR c.user2_id = $1)
    + (SELECT count(*) FROM blocks WHERE blocker_id = $1 OR blocked_id = $1)
"""


async def _why_not(ground: Ground) -> str | None:
    if ground.variant.topology.shards > 1:
        return "the user's rows lie in several databases, and maintenance works on the first alone."
    return None


async def _run(ground: Ground) -> Done:
    user = _user_of_a_long_conversation(ground)
    async with ground.connection() as connection:
        rows = await connection.fetchval(_COUNT, user)
        async with open_chat(ground.dsn, ground.stack.redis.url(0), ground.variant, connections=1) as chat:
            with ground.step("delete"):
                await chat.delete_user(user)
        left = await connection.fetchval(_COUNT, user) - 1
        there = await connection.fetchval("SELECT count(*) FROM users WHERE id = $1", user)
    return Done(rows=rows, details={"rows left": left + there})


def _user_of_a_long_conversation(ground: Ground) -> UUID:
    """A member of one longer than 19 of 20: worth noticing, and few sends go to where nobody is any more."""
    first, _ = ground.dataset.members(ground.dataset.conversations // 20)
    return ground.dataset.user_id(first)


JOB = Job(
    name="delete_user",
    summary="delete a user, with all that hangs on them",
    source="§2.1",
    why_not=_why_not,
    run=_run,
)
