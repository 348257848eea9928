"""Redis fill: reads through the use cases before a trial, so that caches hold what they would after a day."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from datasets.shape import Dataset
from reference_server.chat import Chat
from reference_server.errors import ChatError
from reference_server.opening import open_chat
from reference_server.variant import Variant

#: The busiest; more would take longer than most windows.
MOST_CONVERSATIONS = 500
_LIST = 20


async def fill(
    dsn: str, redis_url: str, variant: Variant, dataset: Dataset, *, shards: Sequence[str] = ()
) -> dict[str, Any]:
    """Lists and unread counts of the busiest conversations' members; how many reads, for the record."""
    reads = 0
    async with open_chat(dsn, redis_url, variant, connections=2, shards=shards) as chat:
        # ordinals are ranks: the longest first
        for ordinal in range(min(dataset.conversations, MOST_CONVERSATIONS)):
            for member in dataset.members(ordinal):
                reads += await _read(chat, dataset.user_id(member), dataset.conversation_id(ordinal))
    return {"state": "warm", "reads": reads}


async def _read(chat: Chat, user: UUID, conversation: UUID) -> int:
    """What is cached of a person: the reads that went well."""
    done = 0
    for call in (
        chat.conversation_list(user, limit=_LIST),
        chat.unread_total(user),
        chat.unread_conversation(user, conversation),
    ):
        try:
            await call
        except ChatError:  # refused, so there is no key for it either
            continue
        done += 1
    return done
