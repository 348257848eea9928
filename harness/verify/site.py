"""The site of a check: a database with the variant's schema, and the use cases over it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from redis.asyncio import Redis

from harness.verify.errors import CouldNotRun
from reference_server.chat import Chat
from reference_server.errors import CannotRename
from reference_server.names import in_own_names, own_identifier
from reference_server.prepared import PreparedConnection
from reference_server.records import Draft
from reference_server.variant import Variant

#: What a database says when it enforces a rule; a trigger raises RaiseError.
_REFUSALS = (
    asyncpg.CheckViolationError,
    asyncpg.UniqueViolationError,
    asyncpg.ForeignKeyViolationError,
    asyncpg.ExclusionViolationError,
    asyncpg.RaiseError,
)
_NEWCOMER = "INSERT INTO users (id, username) VALUES ($1, $2)"
_STORED = "SELECT count(*) FROM conversations WHERE id = $1"
#: Where users have more obligatory columns: a copy of somebody's.
_LIKE_ANOTHER = """
INSERT INTO {users}
SELECT twin.* FROM (SELECT * FROM {users} LIMIT 1) AS model,
    jsonb_populate_record(NULL::{users}, to_jsonb(model) || jsonb_build_object($3::text, $1::uuid, $4::text, $2::text))
    AS twin
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """Where a check looks and tries."""

    variant: Variant
    #: Beside the chat's connections, or the very one where everything happens in one transaction.
    database: PreparedConnection
    chat: Chat
    redis: Redis
    #: Writes are kept and several connections see them: a clone. Otherwise one transaction, rolled back at the end.
    is_clone: bool
    #: The shards beside the first, where a variant has several databases.
    others: tuple[PreparedConnection, ...] = ()

    @property
    def places(self) -> tuple[PreparedConnection, ...]:
        """Every database of the variant."""
        return (self.database, *self.others)

    def own(self, sql: str) -> str:
        """A statement of the chat's names in those of the variant's schema. Raises CouldNotRun."""
        try:
            return in_own_names(sql, self.variant.names)
        except CannotRename as refused:
            raise CouldNotRun(f"this schema cannot be asked: {refused.problem}") from refused

    async def total(self, sql: str, *arguments: Any) -> int:
        """A count, summed over every place, of a statement in the chat's names."""
        return sum([await place.fetchval(self.own(sql), *arguments) for place in self.places])

    async def home(self, conversation: UUID) -> PreparedConnection:
        """Where a conversation is stored."""
        for place in self.others:
            if await place.fetchval(self.own(_STORED), conversation):
                return place
        return self.database

    def option(self, slot: str) -> str:
        """The name of the variant's option for a query slot; empty where it has no use for the slot."""
        chosen = self.variant.queries.get(slot)
        return chosen.path.stem if chosen else ""

    async def newcomers(self, count: int) -> list[UUID]:
        """New users, the smallest id first."""
        ids = sorted((uuid4() for _ in range(count)), key=lambda one: one.int)
        for one in ids:
            for place in self.places:
                await self._add_user(place, one)
        return ids

    async def _add_user(self, place: PreparedConnection, one: UUID) -> None:
        name = f"chatbench_{one.hex}"
        try:
            async with place.transaction():
                await place.fetch(self.own(_NEWCOMER), one, name)
        except asyncpg.NotNullViolationError:
            names = self.variant.names
            like_another = _LIKE_ANOTHER.format(users=own_identifier(names.table("users")))
            columns = (names.column("users", "id"), names.column("users", "username"))
            try:
                async with place.transaction():
                    await place.fetch(like_another, one, name, *columns)
            except asyncpg.PostgresError as problem:
                raise CouldNotRun(f"no user could be added for the attempt: {problem}") from problem

    async def refusal(self, sql: str, *arguments: Any, at: PreparedConnection | None = None) -> str | None:
        """How the database refuses a statement; None when it takes it. Nothing stays."""
        try:
            place = at or self.database
            async with rolled_back(place):
                status = await place.execute(sql, *arguments)
                await place.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except _REFUSALS as refused:
            return str(getattr(refused, "constraint_name", None) or refused)
        except asyncpg.PostgresError as problem:
            raise CouldNotRun(f"the attempt failed for another reason: {problem}") from problem
        # a statement may look for what it refers to, and store nothing where that is not
        return "the statement, which stored nothing" if status.endswith(" 0") else None


def text(content: str) -> Draft:
    return Draft(id=uuid4(), type="text", content=content)


@asynccontextmanager
async def rolled_back(database: asyncpg.Connection) -> AsyncIterator[None]:
    """A transaction, or a savepoint in one, of which nothing stays."""
    transaction = database.transaction()
    await transaction.start()
    try:
        yield
    finally:
        await transaction.rollback()
