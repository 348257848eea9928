"""People: presence, blocks, leaving."""

import time
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from reference_server import events
from reference_server.cache import last_message, presence, unread
from reference_server.errors import BadRequest, Conflict, NoSignUp, NotFound
from reference_server.records import BlockStatus, Cursor, Page, Presence
from reference_server.transport import News
from reference_server.use_cases import UseCases
from reference_server.validation import MAX_LOOKUP, check_cursor, check_limit, check_username

#: A user's coming and going is told to the other members of so many conversations, the most recent ones.
AUDIENCE = 50
_ELSEWHERE = "Users of this schema come from elsewhere, so nobody was added. Add the user there."


class People(UseCases):
    """What users do about each other; the acting user comes first."""

    async def heartbeat(self, user: UUID) -> None:
        """The user is online for another minute; others are told when they were not."""
        if not self.cache.presence:
            return
        now = int(time.time())
        pipe = self.pipe()
        presence.queue_online(pipe, user, now)
        ttl_before, _ = await self.answers(pipe)
        if ttl_before <= 0:
            await self._tell_audience(user, events.presence_changed(user, online=True, last_seen=now))

    async def go_offline(self, user: UUID) -> None:
        """The user was last seen now; others are told when they were online."""
        if not self.cache.presence:
            return
        now = int(time.time())
        pipe = self.pipe()
        presence.queue_offline(pipe, user, now)
        ttl_before, _ = await self.answers(pipe)
        if ttl_before > 0:
            await self._tell_audience(user, events.presence_changed(user, online=False, last_seen=now))

    async def presence_lookup(self, user: UUID, users: Sequence[UUID]) -> list[Presence]:  # noqa: ARG002 - anybody may ask
        """Presence of several users, in their order, in one round trip. Raises BadRequest for too many."""
        if len(users) > MAX_LOOKUP:
            raise BadRequest(f"user_ids holds {len(users)} ids; at most {MAX_LOOKUP} are looked up at once.")
        if not self.cache.presence:
            return presence.unknown(users)
        pipe = self.pipe()
        presence.queue_lookup(pipe, users)
        return presence.read_lookup(users, await self.answers(pipe))

    async def last_seen(self, user: UUID, other: UUID) -> datetime | None:  # noqa: ARG002 - anybody may ask
        """When another user was last seen; None when nobody knows (a lapsed heartbeat takes it along)."""
        if not self.cache.presence:
            return None
        pipe = self.pipe()
        pipe.get(presence.key(other))
        return presence.last_seen((await self.answers(pipe))[0])

    async def block_check(self, user: UUID, other: UUID) -> BlockStatus:
        """Who of the two blocks whom."""
        row = await self.db.fetchrow(self.sql["block_check"], user, other)
        assert row is not None
        return BlockStatus(blocked_by_me=row["blocked_by_me"], blocks_me=row["blocks_me"])

    async def block_list(self, user: UUID, *, limit: int, before: Cursor | None = None) -> Page:
        """Whom the user blocks, the latest first: rows of id, blocked_id, created_at."""
        check_limit(limit)
        if before is None:
            return Page(await self.db.fetch(self.sql["block_list/newest"], user, limit), limit)
        check_cursor(before, numbered=False)
        rows = await self.db.fetch(self.sql["block_list/older"], user, before.created_at, before.id, limit)
        return Page(rows, limit)

    async def block_add(self, user: UUID, other: UUID) -> None:
        """Block somebody; again changes nothing. Raises NotFound when there is no such user."""
        if user == other:
            raise BadRequest("Nobody blocks themselves; the user given is yourself.")
        try:
            await self.db.fetch(self.sql["block_add"], user, other)
        except asyncpg.ForeignKeyViolationError:
            raise NotFound(f"There is no user {other}.") from None

    async def block_remove(self, user: UUID, other: UUID) -> None:
        """No longer block somebody; again changes nothing."""
        await self.db.fetch(self.sql["block_remove"], user, other)

    async def sign_up(self, user: UUID, username: str) -> None:
        """The user comes into being; again changes nothing. Raises Conflict when the name is somebody else's."""
        check_username(username)
        if "sign_up" not in self.sql:
            raise NoSignUp(_ELSEWHERE)
        try:
            await self.db.fetch(self.sql["sign_up"], user, username)
        except asyncpg.NotNullViolationError:
            # an own table of users asks for more than a name
            raise NoSignUp(_ELSEWHERE) from None
        except asyncpg.UniqueViolationError as problem:
            if "username" in (problem.constraint_name or ""):
                raise Conflict(
                    f"The name {username!r} is somebody else's, so nobody was added. Choose another."
                ) from None
            # the same user signed up twice at once: they are there

    async def delete_user(self, user: UUID) -> None:
        """Leave for good: conversations, messages and blocks go, with everything that Redis keeps of them."""
        shared = await self.db.fetch(self.sql["delete_user/partners"], user)
        pairs = [(row["other_id"], row["id"]) for row in shared]
        if self.cache.unread:
            begun = self.pipe()
            # the leaver's too: a count that was being read must not be stored afterwards
            for one in (user, *(other for other, _ in pairs)):
                unread.queue_begin(begun, one)
            await self.answers(begun)
        try:
            await self.db.fetch(self.sql["delete_user/delete"], user)
        finally:
            await self.to_the_end(self._forget(user, pairs))

    async def _forget(self, user: UUID, pairs: Sequence[tuple[UUID, UUID]]) -> None:
        pipe = self.pipe()
        pipe.delete(presence.key(user))
        unread.queue_forget_user(pipe, user)
        for other, conversation in pairs:
            last_message.queue_drop(pipe, conversation)
            pipe.delete(unread.conversation_key(user, conversation))
            if self.cache.unread:
                unread.queue_forget(pipe, other, conversation)
        await self.answers(pipe)

    async def _tell_audience(self, user: UUID, event: bytes) -> None:
        audience = await self.db.fetch(self.sql["heartbeat/audience"], user, AUDIENCE)
        await self.publish(self.pipe(), News(users=[row["other_id"] for row in audience], event=event))
