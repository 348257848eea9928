"""What every use case works with: the database, Redis, the variant's SQL and its cache policy."""

import asyncio
from collections.abc import Coroutine
from typing import Any
from uuid import UUID

from redis.asyncio import Redis

from reference_server.cache.replies import reply
from reference_server.cache.unread import UnreadCache
from reference_server.database import Database
from reference_server.errors import NotFound
from reference_server.statements import statements
from reference_server.transport import News, Publisher
from reference_server.variant import Variant


class UseCases:
    """The base of the use cases' classes."""

    def __init__(self, db: Database, redis: Redis, variant: Variant, publisher: Publisher) -> None:
        self.db = db
        self.redis = redis
        self.variant = variant
        self.cache = variant.cache
        self.policy = variant.policy
        #: Whether messages.id is a number.
        self.numbered = variant.identifiers.messages == "bigint"
        self._publisher = publisher
        self.unread = UnreadCache(redis)
        self.sql = statements(variant)
        self._finishing: set[asyncio.Task[Any]] = set()

    def pipe(self) -> Any:
        """Several commands, one round trip, no MULTI."""
        return self.redis.pipeline(transaction=False)

    async def answers(self, pipe: Any) -> list[Any]:
        """A pipeline's replies; an empty one asks nothing. Raises Unavailable."""
        if not len(pipe):
            return []
        replies: list[Any] = await reply(pipe.execute())
        return replies

    async def publish(self, pipe: Any, news: News) -> None:
        """Execute a pipeline and tell the news, in one round trip where the transport allows. Raises Unavailable."""
        beside = self._publisher.publish(pipe, news)
        if beside is None:
            await self.answers(pipe)
        else:
            await asyncio.gather(self.answers(pipe), beside)

    async def to_the_end(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run to the end even when the caller is cancelled: others depend on it."""
        task = asyncio.ensure_future(work)
        self._finishing.add(task)
        task.add_done_callback(self._finishing.discard)
        await asyncio.shield(task)

    async def settle(self) -> None:
        """Wait for what cancelled callers left to be finished."""
        while self._finishing:
            await asyncio.gather(*self._finishing, return_exceptions=True)

    async def must_be_member(self, user: UUID, conversation: UUID) -> None:
        """Raises NotFound to strangers, whether the conversation exists or not."""
        if not await self.db.fetch(self.sql["membership"], conversation, user):
            raise no_conversation(conversation)


def no_conversation(conversation: UUID) -> NotFound:
    return NotFound(f"There is no conversation {conversation} of yours.")
