"""PostgreSQL's own programs (pg_dump, pg_restore, pg_basebackup), run under the servers' account."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from harness.maintenance.errors import JobFailed
from harness.maintenance.ground import Ground
from harness.stack import binaries, process

#: libpq's names of what a DSN's query may say.
_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


async def run_program(ground: Ground, program: str, *arguments: str, dsn: str) -> None:
    """Run it against `dsn` to its end; JobFailed tells what it said when it did not go well."""
    place = binaries.postgres_programs(ground.account) / program
    done = await process.run_cancellably(
        [str(place), *arguments], ground.account, folder=ground.folder, settings=libpq_variables(dsn)
    )
    if done.returncode != 0:
        raise JobFailed(f"{program} ended with code {done.returncode}: {done.stderr.strip() or 'it said nothing'}")


def libpq_variables(dsn: str) -> dict[str, str]:
    """The DSN as environment variables: on a command line its password could be read by everybody."""
    parts = urlsplit(dsn)
    found = {
        "PGHOST": unquote(parts.hostname or ""),
        "PGPORT": str(parts.port or ""),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": unquote(parts.path.lstrip("/")),
    }
    query: Mapping[str, str] = {
        variable: value for key, value in parse_qsl(parts.query) if (variable := _VARIABLES.get(key))
    }
    return {name: value for name, value in {**found, **query}.items() if value}


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder, or of one file."""
    if folder.is_file():
        return folder.stat().st_size
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
