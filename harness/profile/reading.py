"""Reading: each question in a read-only transaction under a time limit; what takes too long is left out and said."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from harness.profile.errors import ProfileError
from harness.profile.mapping import Names
from harness.profile.questions import Sample, is_askable, statement
from harness.stack.address import without_password
from harness.stack.errors import EnvironmentFailed
from harness.stack.own import open_connection

#: Told a statement's name, its SQL, and what came of it.
Told = Callable[[str, str, str], None]
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How much may be looked at."""

    #: messages that are sampled, about
    messages: int = 500_000
    conversations: int = 20_000
    #: for each statement
    timeout_s: float = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Readings:
    """Aggregates, by question; a question that was not answered has none."""

    server: str
    #: rows of each table, about; None: no such table
    rows: Mapping[str, int | None]
    sample: Sample
    answers: Mapping[str, Rows]
    notes: list[str] = field(default_factory=list)


async def read(dsn: str, names: Names, limits: Limits, told: Told) -> Readings:
    """Raises ProfileError when the database cannot be asked, EnvironmentFailed when it is not reached."""
    # nothing is prepared twice, and poolers know nothing of what was
    connection = await open_connection(dsn, settings={"application_name": "chatbench profile"}, statement_cache_size=0)
    try:
        return await _Reader(connection, names, limits, told).read()
    except (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError) as error:
        # leaving a transaction on a closed connection fails too, and hides why it closed
        why = error.__context__ if isinstance(error, asyncpg.InterfaceError) else error
        raise EnvironmentFailed(
            f"PostgreSQL at {without_password(dsn)} is gone ({_first_line(why or error)}), so no profile was made. "
            "Nothing was changed there. See whether the server runs, and try again."
        ) from None
    finally:
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await connection.close()


class _Reader:
    def __init__(self, connection: Any, names: Names, limits: Limits, told: Told) -> None:
        self._connection, self._names, self._limits, self._told = connection, names, limits, told
        self._notes: list[str] = []

    async def read(self) -> Readings:
        rows = {one: await self._rows(one) for one in ("messages", "conversations", "users", "blocks")}
        if not rows["messages"]:
            raise ProfileError(
                f"{self._names['messages']} has no rows, so there is nothing to profile. Name your table in --mapping."
            )
        sample = Sample(
            messages=_percent(self._limits.messages, rows["messages"]),
            conversations=_percent(self._limits.conversations, rows["conversations"]),
        )
        answers = {}
        for question in await self._questions():
            found = await self._ask(question, statement(question, self._names, sample))
            # a role may see conversations and, by row security, no message in them; nothing unread is an answer
            if found and (question == "unread" or any(row["messages"] for row in found)):
                answers[question.removesuffix("_by_scan")] = found
            elif found is not None:
                self._notes.append(f"{question}: no row was seen; the built-in value stands")
        if not answers:
            raise ProfileError(
                f"No question about {self._names['messages']} was answered, so no profile was made. Give the role "
                "SELECT on the tables (and their rows), or raise --timeout."
            )
        server = await self._connection.fetchval("SHOW server_version")
        return Readings(server=server, rows=rows, sample=sample, answers=answers, notes=self._notes)

    async def _questions(self) -> list[str]:
        found = await self._ask("has_index", statement("has_index", self._names))
        by_index = bool(found and found[0]["has_index"]) and is_askable("lengths", self._names)
        asked = ["lengths", "unread"] if by_index else ["lengths_by_scan"]
        if not by_index and is_askable("unread", self._names):
            self._notes.append("unread: no index leads from a conversation to its messages, so it was not asked")
        return [name for name in (*asked, "texts", "media", "load") if is_askable(name, self._names)]

    async def _rows(self, table: str) -> int | None:
        name = self._names[table]
        if not name:
            # without a table nobody is blocked; people and pairs there are all the same
            return 0 if table == "blocks" else None
        found = await self._ask(f"rows of {table}", statement("rows", self._names, table=name), is_needed=True)
        if not found or not found[0]["rows"]:
            found = await self._ask(f"count of {table}", statement("count", self._names, table=name))
        return int(found[0]["rows"] or 0) if found else None

    async def _ask(self, name: str, sql: str, *, is_needed: bool = False) -> Rows | None:
        started = time.monotonic()
        try:
            async with self._connection.transaction(readonly=True):
                limit_ms = round(self._limits.timeout_s * 1000)
                await self._connection.execute(
                    f"SET LOCAL statement_timeout = {limit_ms}; SET LOCAL lock_timeout = 1000"
                )
                found: Rows = await self._connection.fetch(sql)
        except asyncpg.QueryCanceledError:
            self._left_out(name, sql, f"took longer than {self._limits.timeout_s:g} s, raise --timeout")
            return None
        except asyncpg.PostgresConnectionError:
            raise
        except asyncpg.PostgresError as error:
            if is_needed:
                raise ProfileError(
                    f"{name} could not be asked ({_first_line(error)}), so no profile was made. Name your tables and "
                    "columns in --mapping FILE, and give the role SELECT on them."
                ) from None
            self._left_out(name, sql, _first_line(error))
            return None
        rows = f"{len(found)} row{'' if len(found) == 1 else 's'}"
        self._told(name, sql, f"{rows} of aggregates in {time.monotonic() - started:.2f} s")
        return found

    def _left_out(self, name: str, sql: str, why: str) -> None:
        self._told(name, sql, f"left out: {why}")
        self._notes.append(f"{name}: left out ({why}); the built-in value stands")


def _first_line(error: BaseException) -> str:
    """Details and hints stand behind it."""
    return str(error).split("\n", maxsplit=1)[0]


def _percent(wanted: int, rows: int | None) -> float:
    return 100.0 if not rows else min(100.0, 100.0 * wanted / rows)
