"""Beside: the databases that a trial needs besides its clone, a standby or further shards, and what they testify."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from harness.covariates.lag import Lag, caught_up, sampled
from harness.errors import HarnessError
from harness.evidence.counters import Counters, read_relations, read_statements
from harness.evidence.differences import evidence_between
from harness.evidence.wal import nothing_known
from harness.seeding.databases import Mark, clone_database, drop_database
from harness.seeding.foreign import point_at, slot_of
from harness.seeding.snapshots import Snapshot
from harness.stack.postgres import EmbeddedPostgres
from harness.stack.stack import Stack
from harness.trial.cache_regime import enter_server
from harness.trial.warming import checkpoint, prewarm
from reference_server.foreign import takes_writes
from reference_server.variant import Variant

_FOLLOW_S = 60.0
#: What a statement's figures count of the work on pages, wherever that is done.
_WORK = ("blocks_", "temp_", "wal_")


@dataclass(kw_only=True, slots=True)
class Beside:
    """Nothing, for a trial of one database."""

    #: What load process and servers are told, beside the clone's DSN.
    environment: dict[str, str] = field(default_factory=dict)
    #: One of its own, beside the stack's.
    server: EmbeddedPostgres | None = None

    @property
    def server_pid(self) -> int | None:
        """The process to watch, another one after a restart."""
        return self.server.pid if self.server else None

    async def prepare(self) -> None:
        """After the clone stands and is warm."""

    async def enter(self, regime: str, clone: str) -> dict[str, Any] | None:  # noqa: ARG002
        """The cache regime where the stack's server does not reach; how, for the trial's record."""
        return None

    async def read(self) -> list[Counters]:
        """Counters of each database beside the clone."""
        return []

    async def complete(self, evidence: dict[str, Any], before: list[Counters]) -> dict[str, Any]:  # noqa: ARG002
        """The clone's evidence with what the others did."""
        return evidence

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Around the window."""
        yield

    def record(self) -> dict[str, Any] | None:
        """For the trial's record."""
        return None


@dataclass(kw_only=True, slots=True)
class Standby(Beside):
    """A streaming replica that reads are sent to."""

    primary_dsn: str
    dsn: str
    queryids: Mapping[str, int]
    lag: Lag = field(default_factory=Lag)

    async def prepare(self) -> None:
        await self._follow()
        await _warm(self.dsn)

    async def enter(self, regime: str, clone: str) -> dict[str, Any] | None:
        assert self.server
        told = await enter_server(self.server, regime, clone)
        await self._follow()
        return told

    async def _follow(self) -> None:
        # the standby's own maintenance database is there from the start; the clone arrives with the WAL
        assert self.server
        if not await caught_up(self.primary_dsn, self.server.admin_dsn, within_s=_FOLLOW_S):
            raise HarnessError(
                f"The replica did not follow its primary within {_FOLLOW_S:.0f} s, so nothing was measured. "
                "A slow disk explains it; a smaller dataset helps."
            )

    async def read(self) -> list[Counters]:
        return [await _counters(self.dsn)]

    async def complete(self, evidence: dict[str, Any], before: list[Counters]) -> dict[str, Any]:
        theirs = _difference(before[0], await _counters(self.dsn), self.queryids)
        kept = ("statements", "tables", "indexes")
        return evidence | {
            "statements": _statements_added_up([evidence, theirs]),
            "replica": {key: theirs[key] for key in kept},
        }

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        async with sampled(self.primary_dsn, self.dsn) as self.lag:
            yield

    def record(self) -> dict[str, Any] | None:
        return {"replica": self.lag.result()}


@dataclass(kw_only=True, slots=True)
class Others(Beside):
    """Further shards on the same server."""

    dsns: list[str]
    #: Of each shard: slot → queryid. A statement has another one in each database.
    queryids: list[Mapping[str, int]]

    async def prepare(self) -> None:
        for dsn in self.dsns:
            await _warm(dsn)

    async def read(self) -> list[Counters]:
        return [await _counters(dsn) for dsn in self.dsns]

    async def complete(self, evidence: dict[str, Any], before: list[Counters]) -> dict[str, Any]:
        theirs = [
            _difference(early, await _counters(dsn), ids)
            for early, dsn, ids in zip(before, self.dsns, self.queryids, strict=True)
        ]
        every = [evidence, *theirs]
        summed: dict[str, Any] = {key: _added_up([one[key] for one in every]) for key in ("tables", "indexes")}
        summed["statements"] = _statements_added_up(every)
        for table in summed["tables"].values():
            table["hot_share"] = table["hot_updated"] / table["updated"] if table["updated"] else None
        return evidence | summed | {"database_bytes": sum(one["database_bytes"] for one in every)}

    def record(self) -> dict[str, Any] | None:
        return {"shards": len(self.dsns) + 1}


@dataclass(kw_only=True, slots=True)
class Foreign(Others):
    """Shards that the clone reads through its foreign partitions."""

    main_dsn: str
    databases: list[str]

    async def prepare(self) -> None:
        await point_at(self.main_dsn, self.databases)
        await Others.prepare(self)

    async def read(self) -> list[Counters]:
        return [await _counters(dsn, nested=True) for dsn in self.dsns]

    async def complete(self, evidence: dict[str, Any], before: list[Counters]) -> dict[str, Any]:
        theirs = [
            _difference(early, late, ids)
            for early, late, ids in zip(before, await self.read(), self.queryids, strict=True)
        ]
        every = [evidence, *theirs]
        summed = {key: _added_up([one[key] for one in every]) for key in ("tables", "indexes")}
        remote = [(slot_of(name), counted) for one in theirs for name, counted in (one["statements"] or {}).items()]
        statements = {slot: _with_work(own, slot, remote) for slot, own in (evidence["statements"] or {}).items()}
        size = sum(one["database_bytes"] for one in every)
        return evidence | summed | {"statements": statements, "database_bytes": size}

    def record(self) -> dict[str, Any] | None:
        return {"shards": len(self.dsns)}


@asynccontextmanager
async def beside(stack: Stack, variant: Variant, snapshot: Snapshot, clone: str) -> AsyncIterator[Beside]:
    """What the variant's topology asks for, for the length of one trial."""
    async with AsyncExitStack() as closing:
        if variant.topology.replica:
            yield await _standby(stack, variant, snapshot, clone, closing)
        elif snapshot.shards:
            yield await _others(stack, variant, snapshot, clone, closing)
        else:
            yield Beside()


@asynccontextmanager
async def cloned_shards(stack: Stack, variant: Variant, snapshot: Snapshot, clone: str) -> AsyncIterator[list[str]]:
    """DSNs of clones of the shards beside the first, none where there is one database: for who measures no lag."""
    async with AsyncExitStack() as closing:
        others = await _others(stack, variant, snapshot, clone, closing)
        if isinstance(others, Foreign):
            await point_at(others.main_dsn, others.databases)
        yield others.dsns if variant.topology.routing == "application" else []


async def _standby(stack: Stack, variant: Variant, snapshot: Snapshot, clone: str, closing: AsyncExitStack) -> Standby:
    if stack.replica is None:
        raise HarnessError(
            f"{variant.name} reads from a replica, and chatbench starts one of its embedded PostgreSQL only, so it was "
            "not measured. Leave --postgres out."
        )
    server = await closing.enter_async_context(stack.replica.running())
    dsn = server.dsn(clone)
    return Standby(
        environment={"CHATBENCH_POSTGRES_REPLICA": dsn},
        server=server,
        primary_dsn=stack.postgres.admin_dsn,
        dsn=dsn,
        queryids=snapshot.queryids,
    )


async def _others(stack: Stack, variant: Variant, snapshot: Snapshot, clone: str, closing: AsyncExitStack) -> Others:
    admin, dsns, names = stack.postgres.admin_dsn, [], []
    for number, shard in enumerate(snapshot.shards, 1):
        name = f"{clone}_s{number}"
        closing.push_async_callback(drop_database, admin, name)
        await clone_database(admin, shard["database"], name, Mark(role="trial", facts={"shard": number}))
        names.append(name)
        dsns.append(stack.postgres.dsn(name))
    queryids = [shard["queryids"] for shard in snapshot.shards]
    if names and not takes_writes(variant):
        return Foreign(dsns=dsns, queryids=queryids, main_dsn=stack.postgres.dsn(clone), databases=names)
    told = {"CHATBENCH_POSTGRES_SHARDS": " ".join(dsns)} if variant.topology.routing == "application" else {}
    return Others(environment=told, dsns=dsns, queryids=queryids)


async def _warm(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await prewarm(connection)
        await checkpoint(connection)
    finally:
        await connection.close()


async def _counters(dsn: str, *, nested: bool = False) -> Counters:
    """Of the database alone; server and Redis are the clone's to tell."""
    connection = await asyncpg.connect(dsn)
    try:
        return Counters(
            statements=await read_statements(connection, nested=nested),
            **await read_relations(connection),
            database={"database_bytes": await connection.fetchval("SELECT pg_database_size(current_database())")},
            redis={"used_memory": 0},
        )
    finally:
        await connection.close()


def _difference(before: Counters, after: Counters, queryids: Mapping[str, int]) -> dict[str, Any]:
    return evidence_between(before, after, queryids, wal=nothing_known(0, "the clone's evidence has the server's WAL"))


def _with_work(own: Mapping[str, Any], slot: str, remote: list[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """A statement with the blocks that shards read for it; its calls, rows and time have theirs in them already."""
    done = [counted for name, counted in remote if name == slot]
    return {
        key: value + sum(one[key] for one in done) if key.startswith(_WORK) else value for key, value in own.items()
    }


def _statements_added_up(every: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]] | None:
    """None where one of the databases does not tell."""
    told = [one["statements"] for one in every]
    return None if None in told else _added_up(told)


def _added_up(tables: list[Mapping[str, Mapping[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Entries of the same name with their numbers added; what is no number is the first's."""
    names = sorted({name for table in tables for name in table})
    return {name: _sum([table[name] for table in tables if name in table]) for name in names}


def _sum(entries: list[Mapping[str, Any]]) -> dict[str, Any]:
    total = dict(entries[0])
    for entry in entries[1:]:
        for key, value in entry.items():
            if isinstance(value, int | float) and isinstance(total.get(key), int | float):
                total[key] += value
    return total
