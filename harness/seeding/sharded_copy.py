"""Copying a dataset into shards: each gets all people, and the conversations and messages that hash to it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from datasets.load import Connection, copy_table
from datasets.message_ids import MessageIds
from reference_server.sharding import HASHED_BYTES

#: Table → its column with the conversation's id; other tables are whole in every shard.
_CONVERSATION = {"conversations": "id", "messages": "conversation_id"}
#: Shard 0 alone knows which pair has which conversation.
_DIRECTORY = """
CREATE UNLOGGED TABLE every_conversation (LIKE conversations);
"""
_FILL_DIRECTORY = """
INSERT INTO conversation_pairs (id, user1_id, user2_id) SELECT id, user1_id, user2_id FROM every_conversation;
DROP TABLE every_conversation;
"""


def shard_name(database: str, number: int) -> str:
    """The name of a shard's database after that of shard 0."""
    return f"{database}_s{number}"


async def copy_part(
    connection: Connection,
    table: str,
    folder: Path,
    progress: Callable[[int], None],
    *,
    shard: int,
    shards: int,
    message_ids: MessageIds = MessageIds.UUID4,
) -> None:
    """One table's rows of one shard."""
    column = _CONVERSATION.get(table)
    keep = partial(rows_of_shard, column=column, shard=shard, shards=shards) if column else None
    await copy_table(connection, table, folder, progress, keep=keep, message_ids=message_ids)
    if table == "conversations" and shard == 0:
        await connection.execute(_DIRECTORY)
        await copy_table(connection, table, folder, as_table="every_conversation")
        await connection.execute(_FILL_DIRECTORY)


def rows_of_shard(batch: Any, *, column: str, shard: int, shards: int) -> Any:
    """The rows of a record batch that reference_server.sharding.shard_of puts there."""
    ids = batch.column(column)
    raw = np.frombuffer(ids.buffers()[1], dtype=np.uint8).reshape(-1, 16)[ids.offset : ids.offset + len(ids)]
    hashed = np.ascontiguousarray(raw[:, -HASHED_BYTES:]).view(">u4").ravel()
    return batch.filter(pa.array(hashed % shards == shard))
