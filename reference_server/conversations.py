"""Conversations: opening one, listing them, unread counts, typing."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from reference_server import events
from reference_server.cache import last_message, presence, unread
from reference_server.errors import BadRequest, NotFound
from reference_server.records import ConversationPage, Cursor, LastMessage, Presence, Row
from reference_server.transport import News
from reference_server.use_cases import UseCases, no_conversation
from reference_server.validation import check_cursor, check_limit


class Conversations(UseCases):
    """What a user does with conversations; the acting user comes first."""

    async def open_conversation(self, user: UUID, other: UUID) -> asyncpg.Record:
        """The conversation of two users, made when there is none. Raises NotFound when there is no such user."""
        if user == other:
            raise BadRequest("A conversation needs somebody else; the user given is yourself.")
        # PostgreSQL orders uuids by their bytes, as Python orders their integers.
        pair = (user, other) if user.int < other.int else (other, user)
        found = await self.db.fetchrow(self.sql["open_conversation/find"], *pair)
        if found is None:
            try:
                found = await self.db.fetchrow(self.sql["open_conversation/create"], *pair)
            except asyncpg.ForeignKeyViolationError:
                raise NotFound(f"There is no user {other}.") from None
        # Somebody else was faster: theirs is ours.
        found = found or await self.db.fetchrow(self.sql["open_conversation/find"], *pair)
        if found is None:
            raise NotFound(f"There is no user {other} any more.")
        return found

    async def conversation_list(self, user: UUID, *, limit: int, before: Cursor | None = None) -> ConversationPage:
        """A user's conversations, latest activity first, with last messages and the others' presence."""
        check_limit(limit)
        if before is None:
            rows = await self.db.fetch(self.sql["conversation_list/newest"], user, limit)
        else:
            check_cursor(before, numbered=False)
            rows = await self.db.fetch(self.sql["conversation_list/older"], user, before.created_at, before.id, limit)
        messages, others = await self._decorations(rows)
        counted = await self._counted(user, rows) if self.policy.unread == "redis" else rows
        return ConversationPage(
            rows=counted, last_messages=messages, presence={one.user: one for one in others}, limit=limit
        )

    async def unread_total(self, user: UUID) -> int:
        """How many messages a user has not read."""

        async def read() -> int:
            return int(await self.db.fetchval(self.sql["unread_total"], user))

        if not self.cache.unread:
            return await read()
        key = unread.total_key(user)
        cached = await self.unread.get(key)
        return await self.unread.rebuild(user, key, read) if cached is None else cached

    async def unread_conversation(self, user: UUID, conversation: UUID) -> int:
        """How many messages of a conversation a user has not read. Raises NotFound to strangers."""

        async def read() -> int:
            value = await self.db.fetchval(self.sql["unread_conversation"], conversation, user)
            if value is None:
                raise no_conversation(conversation)
            return int(value)

        if not self.cache.unread:
            return await read()
        key = unread.conversation_key(user, conversation)
        cached = await self.unread.get(key)
        return await self.unread.rebuild(user, key, read) if cached is None else cached

    async def typing(self, user: UUID, conversation: UUID) -> None:
        """Tell the other member. Raises NotFound to strangers."""
        other = await self.db.fetchval(self.sql["typing"], conversation, user)
        if other is None:
            raise no_conversation(conversation)
        await self.publish(self.pipe(), News(users=(other,), event=events.typing(conversation, user)))

    async def _counted(self, user: UUID, rows: Sequence[asyncpg.Record]) -> Sequence[Row]:
        """The rows with the unread counts that Redis has; what it lacks is counted, one after the other."""
        keys = [unread.conversation_key(user, row["id"]) for row in rows]
        known = await self.unread.get_many(keys)
        return [
            dict(row) | {"unread_count": await self._unread_if_any(user, row["id"]) if count is None else count}
            for row, count in zip(rows, known, strict=True)
        ]

    async def _unread_if_any(self, user: UUID, conversation: UUID) -> int:
        try:
            return await self.unread_conversation(user, conversation)
        except NotFound:  # the other left since the list was read
            return 0

    async def _decorations(self, rows: Sequence[asyncpg.Record]) -> tuple[dict[UUID, LastMessage], list[Presence]]:
        """Last messages and presence in one round trip to Redis, plus one to PostgreSQL for what Redis lacks."""
        spoken = [row for row in rows if row["last_message_id"] is not None]
        others = [row["other_id"] for row in rows]
        asked = spoken if self.cache.last_message else []
        pipe = self.pipe()
        for row in asked:
            last_message.queue_get(pipe, row["id"])
        if self.cache.presence:
            presence.queue_lookup(pipe, others)
        replies = await self.answers(pipe)
        messages = {
            row["id"]: message
            for row, reply in zip(asked, replies, strict=False)
            if (message := last_message.read(reply, row["last_message_id"])) is not None
        }
        messages |= await self._last_messages([row for row in spoken if row["id"] not in messages])
        if not self.cache.presence:
            return messages, presence.unknown(others)
        return messages, presence.read_lookup(others, replies[len(asked) :])

    async def _last_messages(self, missing: Sequence[asyncpg.Record]) -> dict[UUID, LastMessage]:
        if not missing:
            return {}
        ids = [row["last_message_id"] for row in missing]
        times = [row["last_message_at"] for row in missing]
        found = await self.db.fetch(self.sql["conversation_list/last_messages"], ids, times)
        if self.cache.last_message:
            pipe = self.pipe()
            for row in found:
                last_message.queue_store(pipe, row["conversation_id"], row)
            await self.answers(pipe)
        return {row["conversation_id"]: last_message.of_row(row) for row in found}
