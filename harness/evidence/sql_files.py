"""The evidence's own SQL, one statement a file."""

from pathlib import Path

_SQL = Path(__file__).with_name("sql")


def sql(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")
