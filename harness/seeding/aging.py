"""Aging: the last tenth of the messages sent and read again through live indexes, as months of use would leave them.

Run between the loaded rows and the constraints: first the tenth is put aside and the rest packed as a fresh load would
be; then, with indexes in place, it comes back in the order of arrival, a few hundred messages at a time, each part in
transactions of its own, so that page splits, dead versions and their pruning are those of inserts and updates.
"""

from collections.abc import Callable
from typing import Any

#: Of all messages, the newest.
SHARE = 0.1
#: Messages of one part; production's transactions are smaller, and their dead versions pruned as often.
PART = 200
_ASIDE = "chatbench_aside"
#: What a send changes beside the message: table, and the column that holds the conversation.
_ACTIVITY = (("conversations", "id"), ("conversation_members", "conversation_id"))
#: Rows of a person in a conversation that a send or a read writes again.
_TOUCHED = ("unread_counters", "read_watermarks")
_COLUMNS = """
SELECT attname FROM pg_attribute
WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""
Progress = Callable[[str, int], None]


async def put_aside(connection: Any) -> None:
    """Before indexes: the newest messages leave, and what stays lies as dense as a fresh load."""
    await connection.execute(f"""
        CREATE UNLOGGED TABLE {_ASIDE} AS
        SELECT loaded.*, (row_number() OVER (ORDER BY loaded.created_at, loaded.id) - 1) / {PART} AS part
        FROM messages AS loaded
        ORDER BY loaded.created_at DESC, loaded.id DESC
        LIMIT (SELECT (count(*) * {SHARE})::bigint FROM messages)
    """)  # noqa: S608 - names of our own tables
    await connection.execute(f"CREATE INDEX ON {_ASIDE} (part)")
    await connection.execute(f"ANALYZE {_ASIDE}")
    await connection.execute(f"DELETE FROM messages AS m USING {_ASIDE} AS a WHERE m.id = a.id")  # noqa: S608
    await connection.execute("VACUUM (FULL, FREEZE, ANALYZE) messages")


async def bring_back(connection: Any, progress: Progress) -> None:
    """With indexes: sends in the order of arrival, and reads of what was read, a part behind them."""
    columns = [row["attname"] for row in await connection.fetch(_COLUMNS, "messages")]
    activity = [table for table in _ACTIVITY if "last_message_at" in await _columns_of(connection, table[0])]
    touched = [table for table in _TOUCHED if await _columns_of(connection, table)]
    for table, _ in activity:
        await connection.execute(f"CREATE UNLOGGED TABLE {_ASIDE}_{table} AS SELECT * FROM {table}")  # noqa: S608
    bounds = await connection.fetchrow(f"SELECT min(part) AS low, max(part) AS high FROM {_ASIDE}")  # noqa: S608
    low, high = bounds["low"] or 0, bounds["high"] or -1
    for part in range(low, high + 1):
        progress("age messages", 0)
        await connection.execute(_insert(columns, part))
        for table, key in activity:
            await connection.execute(_advance(table, key, part))
        for table in touched:
            await connection.execute(_touch(table, part))
        if part > low and "is_read" in columns:
            await connection.execute(_read(part - 1))
    if high >= low and "is_read" in columns:
        await connection.execute(_read(high))
    for table, _ in activity:
        await connection.execute(_restore(table))
        await connection.execute(f"DROP TABLE {_ASIDE}_{table}")
    await connection.execute(f"DROP TABLE {_ASIDE}")


async def _columns_of(connection: Any, table: str) -> list[str]:
    return [row["attname"] for row in await connection.fetch(_COLUMNS, table)]


def _insert(columns: list[str], part: int) -> str:
    sent = {"is_read": "false", "read_at": "NULL"}
    values = ", ".join(sent.get(name, f"a.{name}") for name in columns)
    return (
        f"INSERT INTO messages ({', '.join(columns)}) "  # noqa: S608 - names of our own tables
        f"SELECT {values} FROM {_ASIDE} AS a WHERE a.part = {part} ORDER BY a.created_at, a.id"
    )


def _read(part: int) -> str:
    return (
        f"UPDATE messages AS m SET is_read = true, read_at = a.read_at FROM {_ASIDE} AS a "  # noqa: S608 - the same
        f"WHERE a.part = {part} AND a.is_read AND m.id = a.id AND m.created_at = a.created_at "
        "AND m.conversation_id = a.conversation_id"
    )


def _advance(table: str, key: str, part: int) -> str:
    """A changed time is what makes the activity indexes grow."""
    return (
        f"UPDATE {table} AS t SET last_message_at = a.at FROM ("  # noqa: S608 - the same
        f"SELECT conversation_id, max(created_at) AS at FROM {_ASIDE} WHERE part = {part} GROUP BY conversation_id"
        f") AS a WHERE t.{key} = a.conversation_id"
    )


def _touch(table: str, part: int) -> str:
    return (
        f"UPDATE {table} AS t SET user_id = t.user_id FROM ("  # noqa: S608 - the same
        f"SELECT DISTINCT conversation_id, receiver_id FROM {_ASIDE} WHERE part = {part}"
        ") AS a WHERE t.conversation_id = a.conversation_id AND t.user_id = a.receiver_id"
    )


def _restore(table: str) -> str:
    """Rows say in the end exactly what they said when they were loaded."""
    keys = ("id",) if table == "conversations" else ("conversation_id", "user_id")
    same = " AND ".join(f"t.{key} = o.{key}" for key in keys)
    return (
        f"UPDATE {table} AS t SET last_message_at = o.last_message_at FROM {_ASIDE}_{table} AS o "  # noqa: S608 - the same
        f"WHERE {same} AND t.last_message_at IS DISTINCT FROM o.last_message_at"
    )
