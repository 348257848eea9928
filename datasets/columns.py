"""Arrow columns straight from numpy memory, and the tables' schemas in the report's column order."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

UUID = pa.binary(16)
TIME = pa.timestamp("us", "UTC")
TEXT = pa.string()

SCHEMAS: dict[str, Any] = {
    "users": pa.schema(
        [
            ("id", UUID),
            ("username", TEXT),
            ("display_name", TEXT),
            ("avatar_url", TEXT),
            ("created_at", TIME),
            ("updated_at", TIME),
        ]
    ),
    "conversations": pa.schema(
        [
            ("id", UUID),
            ("user1_id", UUID),
            ("user2_id", UUID),
            ("last_message_id", UUID),
            ("last_message_at", TIME),
            ("user1_unread_count", pa.int32()),
            ("user2_unread_count", pa.int32()),
            ("created_at", TIME),
            ("updated_at", TIME),
        ]
    ),
    "messages": pa.schema(
        [
            ("id", UUID),
            ("conversation_id", UUID),
            ("sender_id", UUID),
            ("receiver_id", UUID),
            ("type", TEXT),
            ("content", TEXT),
            ("media", TEXT),
            ("is_read", pa.bool_()),
            ("read_at", TIME),
            ("created_at", TIME),
            ("updated_at", TIME),
        ]
    ),
    "blocks": pa.schema([("id", UUID), ("blocker_id", UUID), ("blocked_id", UUID), ("created_at", TIME)]),
}
JSON_COLUMNS = frozenset({("messages", "media")})


def uuid_column(ids: NDArray[Any]) -> Any:
    """Ids as 16 bytes each, in any contiguous shape."""
    return pa.Array.from_buffers(UUID, ids.nbytes // 16, [None, pa.py_buffer(ids)])


def time_column(moments: NDArray[np.int64], *, missing: NDArray[np.bool_] | None = None) -> Any:
    """Microseconds since 1970."""
    return pa.array(moments, TIME, mask=missing)


def taken(pool: Any, picks: NDArray[np.integer], *, missing: NDArray[np.bool_] | None = None) -> Any:
    """Values of a pool by index; null where missing."""
    return pool.take(pa.array(picks, mask=missing))
