"""The examiner: asks about plans around each window, and examines each lane's database once, after a window."""

import time
from typing import Any

import asyncpg

from datasets.manifest import Strata
from datasets.shape import Dataset
from harness.evidence.index_shapes import redundancies
from harness.evidence.plan_capture import Hashes, analysed_plans, empty_partitions, plan_hashes
from harness.evidence.probe import probe_writes
from harness.evidence.questions import Question, Questions, record_reads
from harness.evidence.redis_families import redis_families
from harness.evidence.sql_files import sql
from harness.rounds import AGAIN
from reference_server.errors import ChatError
from reference_server.variant import Variant, load_variant

#: Larger indexes are not read whole to learn how full they are.
_DENSITY_MOST_BYTES = 64 * 1024 * 1024

_SHARDED = "no plans and no probe where the application finds the shard: each database holds a part of the rows"


class Examiner:
    """Kept for a whole run: what a lane's use cases ask is recorded once, and its database examined once."""

    def __init__(self, dataset: Dataset, strata: Strata, *, examined: frozenset[str] = frozenset()) -> None:
        self._dataset, self._strata = dataset, strata
        self._questions: dict[str, Questions] = {}
        self._examined = set(examined)

    def knows(self, database: str) -> bool:
        return database in self._questions

    async def learn(self, dsn: str, redis_url: str, *, database: str, variant: str) -> None:
        """Record what the reads of a variant ask, on a fresh clone and an empty Redis."""
        chosen = load_variant(variant)
        try:
            if chosen.topology.routing == "application":
                found = Questions(notes=[_SHARDED])
            else:
                found = await record_reads(dsn, redis_url, chosen, self._dataset, self._strata)
                found.empty = await empty_partitions(dsn)
        except (ChatError, asyncpg.PostgresError, OSError) as problem:
            found = Questions(notes=[f"no plans: {problem}"])
        self._questions[database] = found

    async def hashes(self, dsn: str, database: str) -> Hashes:
        """The plans of now, cheaply."""
        known = self._questions.get(database)
        return await plan_hashes(dsn, known.asked, known.empty) if known else {}

    def plans(self, database: str, before: Hashes, after: Hashes, added_s: float) -> dict[str, Any]:
        """What a trial tells of its plans: hashes on both sides of the window, and which flipped."""
        known = self._questions.get(database) or Questions()
        return {
            "taken": "EXPLAIN of each read in each stratum, as custom and as generic plan, before and after the window",
            "hashes": after,
            "flips": [
                {"plan": plan, "before": before[plan], "after": after[plan]}
                for plan in sorted(before.keys() & after.keys())
                if before[plan] != after[plan]
            ],
            "notes": known.notes,
            "added_s": round(added_s, 3),
        }

    def wants(self, lane: str) -> bool:
        """The A/A lane's database is the baseline's over again."""
        return lane not in self._examined and not lane.endswith(AGAIN)

    async def examine(self, dsn: str, redis_url: str, *, database: str, variant: str, lane: str) -> dict[str, Any]:
        """Everything that is asked once per lane, of the used clone, after its window; the clone is not used again."""
        started = time.perf_counter()
        known = self._questions.get(database) or Questions()
        found: dict[str, Any] = {"redis_families": await redis_families(redis_url), **await _of_indexes(dsn)}
        plans = await analysed_plans(dsn, known.asked)
        probe, writes, note = await self._probe(dsn, redis_url, load_variant(variant))
        found |= {"probe": probe, "probe_note": note}
        found["plans"] = plans + await analysed_plans(dsn, writes)
        self._examined.add(lane)
        return found | {"added_s": round(time.perf_counter() - started, 3)}

    async def _probe(
        self, dsn: str, redis_url: str, variant: Variant
    ) -> tuple[dict[str, Any] | None, list[Question], str | None]:
        if variant.topology.routing == "application":
            return None, [], _SHARDED
        try:
            found, writes = await probe_writes(dsn, redis_url, variant, self._dataset, self._strata)
        except (ChatError, asyncpg.PostgresError, OSError) as problem:
            return None, [], str(problem)
        return found, writes, None


async def _of_indexes(dsn: str) -> dict[str, Any]:
    connection = await asyncpg.connect(dsn)
    try:
        shapes = {row["name"]: dict(row) for row in await connection.fetch(sql("index_shapes"))}
        return {
            "index_shapes": {
                name: {key: shape[key] for key in shape if key != "name"} for name, shape in shapes.items()
            },
            "redundant_indexes": redundancies(shapes),
            "index_density": await _density(connection),
        }
    finally:
        await connection.close()


async def _density(connection: asyncpg.Connection) -> dict[str, Any] | None:
    """None where pgstattuple is not to be had."""
    try:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS pgstattuple")
        rows = await connection.fetch(sql("index_density"), _DENSITY_MOST_BYTES)
    except asyncpg.PostgresError:
        return None
    return {
        row["name"]: {"leaf_density": row["leaf_density"], "leaf_fragmentation": row["leaf_fragmentation"]}
        for row in rows
    }
