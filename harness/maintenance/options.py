"""A job's SQL: the options lie in sql/maintenance/JOB, and each says by `-- when:` which databases it is for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from asyncpg import Connection

from harness.maintenance.ground import Ground
from harness.maintenance.job import Done
from reference_server.variant import SQL

FOLDER = SQL / "maintenance"
_WHEN = re.compile(r"^-- when: (.+)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One way to do a job: one statement."""

    name: str
    #: A SQL condition that is true in databases which need it done this way.
    when: str
    text: str


def options_of(job: str, folder: Path = FOLDER) -> Iterator[Option]:
    """In the order of their names."""
    for path in sorted((folder / job).glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        condition = _WHEN.search(text)
        if condition:
            yield Option(name=path.stem, when=condition.group(1), text=text)


async def option_for(connection: Connection, job: str, folder: Path = FOLDER) -> Option | None:
    """The first option whose condition holds in this database."""
    for option in options_of(job, folder):
        if await connection.fetchval(f"SELECT {option.when}"):
            return option
    return None


async def run_option(ground: Ground, job: str) -> Done:
    """Run the job's SQL; it may tell rows and retries in settings of those names."""
    async with ground.connection() as connection:
        option = await option_for(connection, job)
        assert option, "why_not asked for it"
        await connection.execute(option.text)
        rows = await _told(connection, "chatbench.rows")
        retries = await _told(connection, "chatbench.retries")
        return Done(option=option.name, rows=rows, details={} if retries is None else {"retries": retries})


async def _told(connection: Connection, setting: str) -> int | None:
    value: int | None = await connection.fetchval("SELECT nullif(current_setting($1, true), '')::bigint", setting)
    return value


async def has_option(ground: Ground, job: str) -> bool:
    async with ground.connection() as connection:
        return await option_for(connection, job) is not None
