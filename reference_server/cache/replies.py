"""Replies: what Redis answers, or the chat's own error when it does not."""

from collections.abc import Awaitable
from typing import Any

from redis.exceptions import RedisError

from reference_server.errors import Unavailable


async def reply(asked: Awaitable[Any]) -> Any:
    """The reply. Raises Unavailable."""
    try:
        return await asked
    except (RedisError, OSError) as problem:
        raise Unavailable(f"Redis does not answer: {problem}. Stored messages stay stored; try again.") from problem
