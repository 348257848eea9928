"""Shards: several databases that answer as one, each statement by the rule of its slot."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

import asyncpg

from reference_server.connections import Connections
from reference_server.database import PoolState, Rows
from reference_server.sharding import Rule, merge, shard_of


class Shards(Rows):
    """A Database of several."""

    def __init__(self, shards: Sequence[Connections], rules: Mapping[str, Rule], *, claim: str) -> None:
        self._shards = shards
        self._rules = rules
        #: The statement with which shard 0 gives a pair of users its conversation id.
        self._claim = claim

    async def fill(self) -> None:
        for shard in self._shards:
            await shard.fill()

    async def close(self) -> None:
        for shard in self._shards:
            await shard.close()

    def idle(self) -> Sequence[asyncpg.Connection]:
        return [connection for shard in self._shards for connection in shard.idle()]

    def pools(self) -> Sequence[PoolState]:
        return [state for number, shard in enumerate(self._shards) for state in shard.pools(f"shard {number}")]

    async def fetch(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        rule = self._rules.get(sql, _FIRST)
        if rule.conversation is not None:
            return await self._home(arguments[rule.conversation]).fetch(sql, *arguments)
        if rule.first_only:
            return await self._shards[0].fetch(sql, *arguments)
        if rule.claims:
            conversation = await self._shards[0].fetchval(self._claim, *arguments)
            return await self._home(conversation).fetch(sql, *arguments, conversation)
        answers = await asyncio.gather(*(shard.fetch(sql, *arguments) for shard in self._shards))
        return merge(rule, answers, arguments)

    def transaction(self, conversation: UUID | None = None) -> AbstractAsyncContextManager[asyncpg.Connection]:
        home = self._shards[0] if conversation is None else self._home(conversation)
        return home.transaction()

    def _home(self, conversation: UUID) -> Connections:
        return self._shards[shard_of(conversation, len(self._shards))]


#: A statement that is no use case's, such as a health check's.
_FIRST = Rule(first_only=True)
