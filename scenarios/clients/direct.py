"""`direct`: the reference server's use cases in this process, over PostgreSQL and Redis, with no HTTP between."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from uuid import UUID

from reference_server.cache import reads
from reference_server.chat import Chat
from reference_server.events import message_new
from reference_server.fanout import open_fanout, transport_of
from reference_server.foreign import FLUSH_SHARDS, takes_writes
from reference_server.opening import open_chat
from reference_server.records import Cursor, Draft
from reference_server.transport import Paths, Subscriber
from reference_server.variant import load_variant
from scenarios.clients.channel import attach_device
from scenarios.protocol import OnDelivery, Subscription

#: Each connection counts its own, so they are asked one by one.
_PREPARED = "SELECT statement, custom_plans, generic_plans FROM pg_prepared_statements"


class DirectClient:
    """Calls the use cases themselves; a device hears its user over the variant's transport."""

    def __init__(self, chat: Chat, subscriber: Subscriber) -> None:
        self._chat = chat
        self._subscriber = subscriber
        self.newest_page = chat.newest_page
        self.older_page = chat.older_page
        self.conversation_list = chat.conversation_list
        self.media_gallery = chat.media_gallery
        self.open_conversation = chat.open_conversation
        self.mark_read = chat.mark_read
        self.delete_message = chat.delete_message
        self.unread_total = chat.unread_total
        self.unread_conversation = chat.unread_conversation
        self.heartbeat = chat.heartbeat
        self.go_offline = chat.go_offline
        self.presence_lookup = chat.presence_lookup
        self.last_seen = chat.last_seen
        self.block_check = chat.block_check
        self.block_list = chat.block_list
        self.block_add = chat.block_add
        self.block_remove = chat.block_remove

    async def send(self, user: UUID, conversation: UUID, *, message: UUID, content: str) -> None:
        await self._chat.send(user, conversation, Draft(id=message, type="text", content=content, media=None))

    async def quiesce(self) -> dict[str, dict[str, int]]:
        """Idle backends keep table and index counters to themselves until told to flush (PostgreSQL 15 and newer).

        Answers how often each statement ran by a custom and by a generic plan, as "plan NAME", and how often a read of
        each family of Redis keys found its key, as "cache FAMILY".
        """
        slots = {text: f"plan {slot}" for slot, text in self._chat.sql.items()}
        counted: dict[str, dict[str, int]] = {f"cache {family}": kinds for family, kinds in reads.counts().items()}
        for connection in self._chat.db.idle():
            await connection.execute("SELECT pg_stat_force_next_flush()")
            if not takes_writes(self._chat.variant):
                await connection.execute(FLUSH_SHARDS)
            for row in await connection.fetch(_PREPARED):
                if name := slots.get(row["statement"]):
                    kinds = counted.setdefault(name, {"custom": 0, "generic": 0})
                    kinds["custom"] += row["custom_plans"]
                    kinds["generic"] += row["generic_plans"]
        return counted

    async def listen(
        self,
        user: UUID,
        device: int,  # noqa: ARG002 - devices share the process
        on_delivery: OnDelivery,
        after: str | None = None,
    ) -> Subscription:
        attached = await attach_device(self._subscriber, user, on_delivery, after)
        if after is not None:
            async for missed in self._chat.missed_messages(user, after=Cursor.decode(after)):
                attached.resume(map(message_new, missed.rows), is_whole=missed.is_last)
        return attached


@lru_cache(maxsize=8)
def message_ids_of(variant: str) -> str:
    """What messages.id is in a variant, so that clients choose ids of that kind."""
    return load_variant(variant).identifiers.messages


@asynccontextmanager
async def direct_client(
    *,
    postgres: str,
    redis: str,
    variant: str,
    connections: int,
    replica: str | None = None,
    shards: Sequence[str] = (),
) -> AsyncIterator[DirectClient]:
    """Open connections to both stores; they are closed at the end."""
    chosen = load_variant(variant)
    async with open_chat(postgres, redis, chosen, connections=connections, replica=replica, shards=shards) as chat:
        paths = Paths(redis_url=redis, dsn=postgres, retold=chat.retold)
        async with open_fanout(transport_of(chosen), paths) as subscriber:
            yield DirectClient(chat, subscriber)
