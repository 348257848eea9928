"""Reading: the ways in which all that a user received in a conversation becomes read; each answers how much it was."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

#: Inside a transaction: connection, slot → SQL, conversation, reader → messages that became read.
Marking = Callable[[Any, Mapping[str, str], UUID, UUID], Awaitable[int]]


async def flag_all(connection: Any, sql: Mapping[str, str], conversation: UUID, user: UUID) -> int:
    """One UPDATE."""
    return _rows(await connection.execute(sql["mark_read/messages"], conversation, user))


async def flag_each(connection: Any, sql: Mapping[str, str], conversation: UUID, user: UUID) -> int:
    """One UPDATE for each message."""
    unread = await connection.fetch(sql["mark_read/unread"], conversation, user)
    return sum(
        [_rows(await connection.execute(sql["mark_read/messages"], row["id"], row["created_at"])) for row in unread]
    )


async def move_watermark(connection: Any, sql: Mapping[str, str], conversation: UUID, user: UUID) -> int:
    """One row moves, with the conversation held: two readers at once would both count the same messages."""
    await connection.fetch(sql["mark_read/hold"], conversation)
    return int(await connection.fetchval(sql["mark_read/messages"], conversation, user))


#: By policy.read_receipts.
MARKING: Mapping[str, Marking] = {"flags": flag_all, "each": flag_each, "watermark": move_watermark}


def _rows(status: str) -> int:
    return int(status.rpartition(" ")[2])
