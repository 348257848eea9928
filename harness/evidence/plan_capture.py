"""Plan capture: EXPLAIN of a recorded statement as a custom and as a generic plan; writes are rolled back."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from statistics import median
from typing import Any

import asyncpg
import orjson

from harness.evidence.plan_tree import hash_of, tree_of, without
from harness.evidence.plan_words import total
from harness.evidence.questions import Question
from harness.evidence.sql_files import sql
from reference_server.times import to_datetime

MODES = ("custom", "generic")
#: An analysed statement that takes longer is told as such, and not waited for.
_PATIENCE_MS = 5_000
_PLANNINGS = 5
_ANALYSED = "ANALYZE, BUFFERS, WAL, SETTINGS, FORMAT JSON"
_CHEAP = "FORMAT JSON"

#: (slot, stratum, mode) joined by "|" → hash.
Hashes = dict[str, str]


async def empty_partitions(dsn: str) -> frozenset[str]:
    """Names of the partitions that hold nothing, on a fresh clone: once load runs, autovacuum may count them anew."""
    connection = await asyncpg.connect(dsn)
    try:
        return frozenset(row["relname"] for row in await connection.fetch(sql("empty_partitions")))
    finally:
        await connection.close()


async def plan_hashes(dsn: str, questions: Sequence[Question], empty: frozenset[str] = frozenset()) -> Hashes:
    """Plans by EXPLAIN alone, which executes nothing; how the partitions in `empty` are read is left off."""
    found = {}
    async for question, mode, plan in _explained(dsn, questions, _CHEAP, empty):
        if "hash" in plan:
            found[f"{question.slot}|{question.stratum}|{mode}"] = plan["hash"]
    return found


async def analysed_plans(dsn: str, questions: Sequence[Question]) -> list[dict[str, Any]]:
    """Plans with what they took: blocks, WAL, planning and execution time, tree; or an `error`."""
    return [
        {"slot": question.slot, "stratum": question.stratum, "mode": mode, **plan}
        async for question, mode, plan in _explained(dsn, questions, _ANALYSED)
    ]


async def _explained(
    dsn: str, questions: Sequence[Question], options: str, empty: frozenset[str] = frozenset()
) -> AsyncIterator[tuple[Question, str, dict[str, Any]]]:
    connection = await asyncpg.connect(dsn, statement_cache_size=0)
    try:
        roots = {row["leaf"]: row["root"] for row in await connection.fetch(sql("partition_roots"))}
        await connection.execute(f"SET statement_timeout = {_PATIENCE_MS}")
        statements = _Statements(connection)
        for question in questions:
            for mode in MODES:
                yield question, mode, await _explain(statements, question, mode, options, roots, empty)
    finally:
        await connection.close()


class _Statements:
    """The connection's PREPAREd statements by text, with their parameters' types."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self._types: dict[str, list[str]] = {}
        self._names: dict[str, str] = {}

    async def execute_text(self, question: Question) -> str:
        """EXECUTE with literals: a utility statement takes no parameters."""
        if question.sql not in self._names:
            types = (await self.connection.prepare(question.sql)).get_parameters()
            name = f"plan_{len(self._names)}"
            await self.connection.execute(f"PREPARE {name} AS {question.sql}")
            self._names[question.sql], self._types[question.sql] = name, [kind.name for kind in types]
        values = ", ".join(
            literal(value, kind) for value, kind in zip(question.arguments, self._types[question.sql], strict=True)
        )
        return f"EXECUTE {self._names[question.sql]}" + (f"({values})" if values else "")


async def _explain(
    statements: _Statements,
    question: Question,
    mode: str,
    options: str,
    roots: Mapping[str, str],
    empty: frozenset[str],
) -> dict[str, Any]:
    connection = statements.connection
    try:
        execute = await statements.execute_text(question)
        await connection.execute(f"BEGIN; SET LOCAL plan_cache_mode = force_{mode}_plan")
        try:
            said = await connection.fetchval(f"EXPLAIN ({options}) {execute}")
            planning = await _planning_ms(connection, execute) if options == _ANALYSED and mode == "custom" else None
        finally:
            await connection.execute("ROLLBACK")
    except asyncpg.PostgresError as error:
        return {"error": str(error)}
    found = told(orjson.loads(said)[0], roots, empty)
    return found if planning is None else found | {"planning_ms": planning}


async def _planning_ms(connection: asyncpg.Connection, execute: str) -> float:
    """A custom plan is made at every execution: the median of a few, since one is as noisy as any time."""
    said = [await connection.fetchval(f"EXPLAIN (SUMMARY, FORMAT JSON) {execute}") for _ in range(_PLANNINGS)]
    return median(float(orjson.loads(one)[0]["Planning Time"]) for one in said)


def told(explained: Mapping[str, Any], roots: Mapping[str, str], empty: frozenset[str] = frozenset()) -> dict[str, Any]:
    """EXPLAIN's answer in the form of trials.jsonl."""
    tree = tree_of(explained["Plan"], roots)
    found: dict[str, Any] = {"hash": hash_of(without(tree, empty))}
    if "Execution Time" not in explained:
        return found
    planning = explained.get("Planning") or {}
    settings = {name: value for name, value in (explained.get("Settings") or {}).items() if name != "plan_cache_mode"}
    return found | {
        "planning_ms": explained["Planning Time"],
        "planning_blocks": planning.get("Shared Hit Blocks", 0) + planning.get("Shared Read Blocks", 0),
        "execution_ms": explained["Execution Time"],
        "rows": tree.get("rows"),
        # a node's counts hold those below it
        "blocks": tree.get("blocks"),
        "wal_bytes": explained["Plan"].get("WAL Bytes"),
        "heap_fetches": total(tree, "heap_fetches"),
        "settings": settings,
        "tree": tree,
    }


def literal(value: Any, kind: str) -> str:
    """An SQL literal of a parameter of that type; integers stand for times as in reference_server.times."""
    if value is None:
        return "NULL"
    if isinstance(value, list | tuple):
        inner = ",".join("NULL" if one is None else _in_array(_text(one, kind.removesuffix("[]"))) for one in value)
        return _quoted(f"{{{inner}}}")
    return _quoted(_text(value, kind))


def _text(value: Any, kind: str) -> str:
    if kind == "timestamptz" and isinstance(value, int):
        return to_datetime(value).isoformat()
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


def _quoted(text: str) -> str:
    # an E string reads backslashes, so they are doubled
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _in_array(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
