"""Messages: pages, gallery, sending, reading, deleting."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from redis.asyncio import Redis

from reference_server import events
from reference_server.cache import last_message, unread
from reference_server.database import Database
from reference_server.errors import BadCursor, Blocked, ChatError, Conflict, Forbidden, NotFound
from reference_server.reading import MARKING
from reference_server.records import Cursor, Draft, MessageId, Page, Sent
from reference_server.transport import News, Publisher
from reference_server.use_cases import UseCases, no_conversation
from reference_server.validation import check_cursor, check_draft, check_kind, check_limit
from reference_server.variant import Variant


class Messages(UseCases):
    """What members do with messages; the acting user comes first."""

    def __init__(self, db: Database, redis: Redis, variant: Variant, publisher: Publisher) -> None:
        super().__init__(db, redis, variant, publisher)
        self._mark = MARKING[variant.policy.read_receipts]
        #: How many messages come before the newest page; None where nobody counts them.
        self._first_depth = 0 if variant.policy.pages == "offset" else None

    async def newest_page(self, user: UUID, conversation: UUID, *, limit: int) -> Page:
        """The newest messages. Raises NotFound to strangers."""
        rows = await self.db.fetch(self.sql["newest_page"], conversation, user, check_limit(limit))
        if not rows:
            await self.must_be_member(user, conversation)
        return Page(rows, limit, self._first_depth)

    async def older_page(self, user: UUID, conversation: UUID, *, before: Cursor, limit: int) -> Page:
        """The messages before a cursor. Raises NotFound to strangers."""
        rows = await self.db.fetch(self.sql["older_page"], conversation, user, *self._place(before), check_limit(limit))
        return await self._page(rows, limit, user, conversation, before)

    async def media_gallery(
        self, user: UUID, conversation: UUID, *, kind: str, limit: int, before: Cursor | None = None
    ) -> Page:
        """The newest messages of one media type. Raises NotFound to strangers."""
        check_kind(kind)
        check_limit(limit)
        if before is None:
            rows = await self.db.fetch(self.sql["media_gallery/newest"], conversation, user, kind, limit)
        else:
            rows = await self.db.fetch(
                self.sql["media_gallery/older"], conversation, user, kind, *self._place(before), limit
            )
        return await self._page(rows, limit, user, conversation, before)

    async def send(self, user: UUID, conversation: UUID, draft: Draft) -> Sent:
        """Store and publish a message; the same draft again answers the stored one.

        Raises NotFound to strangers, Blocked, Conflict when the id is another message's, BadMessage.
        """
        check_draft(draft)
        addressed = await self.db.fetchrow(self.sql["send/check"], conversation, user)
        if addressed is None:
            raise no_conversation(conversation)
        if addressed["blocked_by_me"] or addressed["blocks_me"]:
            return await self._sent_before_block(user, conversation, draft)
        receiver: UUID = addressed["receiver_id"]
        async with self._changing_unread(receiver, conversation):
            try:
                message = await self._store(user, conversation, receiver, draft)
            except asyncpg.ForeignKeyViolationError:
                # One of the two left since the check, and the conversation with them.
                raise no_conversation(conversation) from None
        if message is None:
            await self._announce_nothing(receiver, conversation)
            return Sent(message=await self._stored(user, conversation, draft), is_new=False)
        await self.to_the_end(self._announce(message))
        return Sent(message=message, is_new=True)

    async def mark_read(self, user: UUID, conversation: UUID) -> int:
        """How many messages became read. Raises NotFound to strangers."""
        async with self._changing_unread(user, conversation):
            count, other = await self._flag_read(user, conversation)
        await self.to_the_end(self._announce_read(user, conversation, count, other))
        if count == 0:
            await self.must_be_member(user, conversation)
        return count

    async def delete_message(self, user: UUID, message_id: MessageId) -> None:
        """Delete one's own message. Raises NotFound, and Forbidden to its receiver."""
        found = await self.db.fetchrow(self.sql["delete_message/find"], message_id, user)
        if found is None:
            raise NotFound(f"There is no message {message_id} of yours.")
        if found["sender_id"] != user:
            raise Forbidden(f"Message {message_id} was written by somebody else; only its sender deletes it.")
        conversation, receiver = found["conversation_id"], found["receiver_id"]
        async with self._changing_unread(receiver, conversation):
            was_unread = await self._delete(message_id, found)
        await self.to_the_end(self._announce_deleted(receiver, conversation, was_unread=was_unread))

    async def retold(self, conversation: UUID, message: UUID) -> bytes | None:
        """The event of a stored message once more; None when it is gone."""
        stored = await self.db.fetchrow(self.sql["send/stored"], message)
        return None if stored is None or stored["conversation_id"] != conversation else events.message_new(stored)

    def _place(self, before: Cursor) -> tuple[Any, ...]:
        """The parameters that say where a page starts."""
        if self.policy.pages == "keyset":
            check_cursor(before, numbered=self.numbered)
            return before.created_at, before.id
        if before.depth is None:
            raise BadCursor("The cursor does not say how many messages come before it. Start again without one.")
        return (before.depth,)

    async def _page(
        self, rows: list[asyncpg.Record], limit: int, user: UUID, conversation: UUID, before: Cursor | None
    ) -> Page:
        if not rows:
            await self.must_be_member(user, conversation)
        return Page(rows, limit, self._first_depth if before is None else before.depth)

    @asynccontextmanager
    async def _changing_unread(self, user: UUID, conversation: UUID) -> AsyncIterator[None]:
        """Around a transaction that changes a user's unread counts; after success, queue_finish is the caller's."""
        if not self.cache.unread:
            yield
            return
        begun = self.pipe()
        unread.queue_begin(begun, user)
        await self.answers(begun)
        try:
            yield
        except BaseException as problem:
            ended = self.pipe()
            if isinstance(problem, ChatError) and not problem.outcome_unknown:
                unread.queue_finish(ended, user, conversation, gained=0)
            else:
                unread.queue_forget(ended, user, conversation)
            await self.to_the_end(self.answers(ended))
            raise

    async def _store(self, user: UUID, conversation: UUID, receiver: UUID, draft: Draft) -> asyncpg.Record | None:
        media = None if draft.media is None else orjson.dumps(draft.media).decode()
        async with self.db.transaction(conversation) as connection:
            message = await connection.fetchrow(
                self.sql["send/insert"], draft.id, conversation, user, receiver, draft.type, draft.content, media
            )
            if message is not None and self.policy.bookkeeping == "application":
                await connection.fetch(
                    self.sql["send/bump"], conversation, message["id"], message["created_at"], receiver
                )
        return message

    async def _stored(self, user: UUID, conversation: UUID, draft: Draft) -> asyncpg.Record:
        stored = await self.db.fetchrow(self.sql["send/stored"], draft.id)
        if stored is None or stored["sender_id"] != user or stored["conversation_id"] != conversation:
            raise Conflict(f"The id {draft.id} belongs to another message, so nothing was stored. Choose a fresh id.")
        return stored

    async def _sent_before_block(self, user: UUID, conversation: UUID, draft: Draft) -> Sent:
        """A retry of what was stored before the block is still answered."""
        try:
            return Sent(message=await self._stored(user, conversation, draft), is_new=False)
        except Conflict:
            raise Blocked("One of you has blocked the other, so nothing was sent. Unblock first.") from None

    async def _flag_read(self, user: UUID, conversation: UUID) -> tuple[int, UUID | None]:
        async with self.db.transaction(conversation) as connection:
            count = await self._mark(connection, self.sql, conversation, user)
            if count == 0:
                return 0, None
            return count, await connection.fetchval(self.sql["mark_read/counter"], conversation, user, count)

    async def _delete(self, message_id: MessageId, found: asyncpg.Record) -> bool:
        """Whether the message was unread."""
        conversation = found["conversation_id"]
        async with self.db.transaction(conversation) as connection:
            if self.policy.read_receipts == "watermark":
                # A watermark that moves meanwhile would count the message as well; flags are locked with their row.
                await connection.fetch(self.sql["delete_message/lock"], conversation)
            gone = await connection.fetchrow(self.sql["delete_message/delete"], message_id, found["created_at"])
            if gone is None:
                raise NotFound(f"There is no message {message_id} of yours any more.")
            await connection.fetch(self.sql["delete_message/lock"], conversation)
            was_unread = not gone["is_read"]
            await connection.fetch(
                self.sql["delete_message/recompute"], conversation, found["receiver_id"], int(was_unread)
            )
        return was_unread

    async def _announce(self, message: asyncpg.Record) -> None:
        conversation, receiver = message["conversation_id"], message["receiver_id"]
        pipe = self.pipe()
        self._queue_finish(pipe, receiver, conversation, gained=1)
        if self.cache.last_message:
            last_message.queue_store(pipe, conversation, message)
        news = News(
            users=(receiver, message["sender_id"]),
            event=events.message_new(message),
            message=(conversation, message.get("client_id") or message["id"]),
        )
        await self.publish(pipe, news)

    async def _announce_nothing(self, receiver: UUID, conversation: UUID) -> None:
        pipe = self.pipe()
        self._queue_finish(pipe, receiver, conversation, gained=0)
        await self.to_the_end(self.answers(pipe))

    async def _announce_read(self, user: UUID, conversation: UUID, count: int, other: UUID | None) -> None:
        pipe = self.pipe()
        self._queue_finish(pipe, user, conversation, gained=-count, reset=count > 0)
        if other is None:
            await self.answers(pipe)
        else:
            event = events.message_read(conversation, user, count)
            await self.publish(pipe, News(users=(other, user), event=event))

    async def _announce_deleted(self, receiver: UUID, conversation: UUID, *, was_unread: bool) -> None:
        pipe = self.pipe()
        self._queue_finish(pipe, receiver, conversation, gained=-int(was_unread))
        if self.cache.last_message:
            last_message.queue_drop(pipe, conversation)
        await self.answers(pipe)

    def _queue_finish(self, pipe: Any, user: UUID, conversation: UUID, *, gained: int, reset: bool = False) -> None:
        if self.cache.unread:
            unread.queue_finish(pipe, user, conversation, gained=gained, reset=reset)
