"""The mapping: which tables and columns of a database are the chat's."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.profile.errors import ProfileError

#: Section → key → the name in chatbench's own schema. An empty name: the database has no such thing.
OWN: Mapping[str, Mapping[str, str]] = {
    "messages": {
        "table": "messages",
        "conversation": "conversation_id",
        "receiver": "receiver_id",
        "text": "content",
        "media": "media",
        "type": "type",
        "is_read": "is_read",
        "created_at": "created_at",
    },
    "conversations": {"table": "conversations", "id": "id"},
    "users": {"table": "users"},
    "blocks": {"table": "blocks"},
}
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")
#: These may be expressions over the message, `m`: `(m.read_at IS NOT NULL)`.
_EXPRESSIONS = frozenset({"media", "type", "is_read"})
_NEEDED = frozenset({("messages", "table"), ("messages", "conversation"), ("messages", "created_at")})
Names = Mapping[str, str]


def read_mapping(path: Path | None) -> Names:
    """Placeholder → SQL; an empty text where there is nothing of the kind."""
    if path is None:
        return names_of({}, "")
    try:
        return names_of(tomllib.loads(path.read_text(encoding="utf-8")), str(path))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProfileError(
            f"{path} is no readable mapping ({error}), so nothing was asked. Give a TOML file."
        ) from None


def names_of(content: Mapping[str, Any], source: str) -> Names:
    told = {section: dict(OWN[section]) for section in OWN}
    for section, table in content.items():
        if section not in OWN or not isinstance(table, dict):
            raise ProfileError(f"{source}: there is no section {section!r}. It is one of: {', '.join(OWN)}.")
        for key, value in table.items():
            if key not in OWN[section] or not isinstance(value, str) or (not value and (section, key) in _NEEDED):
                raise ProfileError(
                    f"{source}: {section}.{key} = {value!r} names nothing. It must be a text, and the key one of: "
                    f"{', '.join(OWN[section])}."
                )
            told[section][key] = value
    messages = told.pop("messages")
    tables = {section: _quoted(told[section]["table"]) for section in told}
    columns = {
        key: value if key in _EXPRESSIONS and not _PLAIN.fullmatch(value) else _column(key, value)
        for key, value in messages.items()
        if key != "table"
    }
    return {
        **tables,
        **columns,
        "messages": _quoted(messages["table"]),
        "conversation_id": _quoted(told["conversations"]["id"]),
    }


def _column(key: str, name: str) -> str:
    return f"m.{_quoted(name)}" if key in _EXPRESSIONS and name else _quoted(name)


def _quoted(name: str) -> str:
    """As PostgreSQL would write it: quotes only where it needs them; `schema.table` is two names."""
    parts = name.split(".") if '"' not in name else [name.strip('"')]
    return ".".join(
        part if re.fullmatch(r"[a-z_][a-z0-9_]*", part) else '"' + part.replace('"', '""') + '"'
        for part in parts
        if part
    )
