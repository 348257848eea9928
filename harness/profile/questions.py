"""The questions: statements that aggregate, one file each, filled in with the mapping's names."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from harness.profile.mapping import Names

_FOLDER = Path(__file__).with_name("sql")
#: Exact up to 32, above that eight buckets for each doubling; the mean of each is kept, so nothing is rounded.
#: In double precision: numeric logarithms took twenty times as long, of somebody's production.
BUCKET = (
    "CASE WHEN n <= 32 THEN n ELSE floor(power(2::float8, floor(ln(n::float8) / ln(2::float8) * 8) / 8)) END::bigint"
)
#: What a question needs the mapping to name.
_NEEDS = {
    "lengths": ("conversations",),
    "unread": ("conversations", "is_read", "receiver"),
    "texts": ("text",),
    "media": ("media", "text"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """Shares of the tables that are looked at, in percent."""

    messages: float = 100.0
    conversations: float = 100.0


@lru_cache
def _text(name: str) -> str:
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")


def is_askable(name: str, names: Names) -> bool:
    return all(names[needed] for needed in _NEEDS.get(name, ()))


def statement(name: str, names: Names, sample: Sample | None = None, *, table: str = "") -> str:
    """A question's SQL; without a sample its shares stand as words."""
    text = _text(name)
    filled = {
        **names,
        "type": names["type"] or "NULL",
        "bucket": BUCKET,
        "table": table,
        "messages_percent": f"{sample.messages:.6g}" if sample else "MESSAGES_PERCENT",
        "conversations_percent": f"{sample.conversations:.6g}" if sample else "CONVERSATIONS_PERCENT",
    }
    for key, value in filled.items():
        text = text.replace("{" + key + "}", value)
    return text


def all_statements(names: Names) -> list[tuple[str, str]]:
    """(name, SQL) of everything that may be asked, in order."""
    tables = {"messages", *(one for one in ("conversations", "users", "blocks") if names[one])}
    rows = [(f"rows of {one}", statement("rows", names, table=names[one])) for one in sorted(tables)]
    rest = ("has_index", "lengths", "lengths_by_scan", "unread", "texts", "media", "load")
    return [*rows, *((name, statement(name, names)) for name in rest if is_askable(name, names))]
