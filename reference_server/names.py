"""Names: which table and column of somebody's own schema holds what the chat calls users, messages, content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from reference_server.errors import BrokenVariant

#: What the chat calls its tables and columns, and what a dataset's files hold for them.
CHAT: Mapping[str, tuple[str, ...]] = {
    "users": ("id", "username", "display_name", "avatar_url", "created_at", "updated_at"),
    "conversations": (
        *("id", "user1_id", "user2_id", "last_message_id", "last_message_at"),
        *("user1_unread_count", "user2_unread_count", "created_at", "updated_at"),
    ),
    "messages": (
        *("id", "conversation_id", "sender_id", "receiver_id", "type", "content", "media"),
        *("is_read", "read_at", "created_at", "updated_at"),
    ),
    "blocks": ("id", "blocker_id", "blocked_id", "created_at"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """The chat's name → the schema's own; what is left out is called as the chat calls it."""

    tables: Mapping[str, str] = field(default_factory=dict)
    #: Table → column → own name; None is a column that the schema does not have.
    columns: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)

    def table(self, table: str) -> str:
        return self.tables.get(table, table)

    def column(self, table: str, column: str) -> str | None:
        """The own name; None where there is no such column."""
        return self.columns.get(table, {}).get(column, column)

    @property
    def all_as_in_the_chat(self) -> bool:
        return not self.tables and not self.columns


def own_identifier(name: str) -> str:
    """A name as SQL has it: in quotes, since it may be a word of SQL's own."""
    return f'"{name}"'


def in_own_names(sql: str, names: Names) -> str:
    """A statement of the chat's names in those of a schema. Raises CannotRename."""
    if names.all_as_in_the_chat:
        return sql
    # the parser costs every start a tenth of a second, and only schemas with names of their own need it
    from reference_server.renaming import renamed  # noqa: PLC0415

    return renamed(sql, names)


def names_from(path: Path, value: Any) -> Names:
    """The table `names` of a variant's file. Raises BrokenVariant, with near matches for an unknown key."""
    table = _table(path, "names", value)
    _known(path, "names", table, ("tables", "columns"))
    tables = _table(path, "names.tables", table.get("tables", {}))
    columns = _table(path, "names.columns", table.get("columns", {}))
    for place, found in (("names.tables", tables), ("names.columns", columns)):
        _known(path, place, found, CHAT)
    for name, own in tables.items():
        _identifier(path, f"names.tables.{name}", own)
    _each_once(path, "names.tables", {name: tables.get(name, name) for name in CHAT})
    return Names(tables=tables, columns={of: _columns(path, of, found) for of, found in columns.items()})


def _columns(path: Path, of: str, value: Any) -> dict[str, str | None]:
    place = f"names.columns.{of}"
    found = _table(path, place, value)
    _known(path, place, found, CHAT[of])
    for name, own in found.items():
        if own is not False:
            _identifier(path, f"{place}.{name}", own)
    own_names = {name: None if own is False else own for name, own in found.items()}
    _each_once(path, place, {name: own_names.get(name, name) for name in CHAT[of]})
    return own_names


def _table(path: Path, key: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BrokenVariant(path, key, f"expected a table, not {value!r}.")
    return value


def _known(path: Path, place: str, found: Mapping[str, Any], known: Any) -> None:
    for key in found:
        if key not in known:
            near = get_close_matches(key, list(known), n=3) or list(known)
            raise BrokenVariant(path, f"{place}.{key}", f"unknown key; expected one such as {', '.join(near)}.")


def _identifier(path: Path, key: str, own: Any) -> None:
    if not isinstance(own, str) or not own or set(own) & set("\"'.\0"):
        expected = "expected a plain name in quotes, found in the search path, or (a column that is not there) false"
        raise BrokenVariant(path, key, f"{own!r} is no name; {expected}.")


def _each_once(path: Path, place: str, own_names: Mapping[str, str | None]) -> None:
    taken: dict[str, str] = {}
    for name, own in own_names.items():
        if own is not None and taken.setdefault(own, name) != name:
            raise BrokenVariant(
                path, f"{place}.{name}", f"{own!r} is {taken[own]} as well; expected a name of its own, or false."
            )
