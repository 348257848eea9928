"""Fields: what a message, a user and a block may have, and which column of a file it is."""

from collections.abc import Mapping, Sequence

from datasets.errors import DatasetError

#: Field → names of columns that are taken for it, the first that a file has.
MESSAGE: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "message_id"),
    "conversation": ("conversation", "conversation_id", "chat_id", "thread_id"),
    "sender": ("sender", "sender_id", "from_id", "author_id", "user_id"),
    "receiver": ("receiver", "receiver_id", "recipient_id", "to_id"),
    "created_at": ("created_at", "sent_at", "time", "timestamp"),
    "text": ("text", "content", "body"),
    "text_length": ("text_length", "content_length"),
    "text_bytes": ("text_bytes", "content_bytes"),
    "type": ("type",),
    "media": ("media",),
    "is_read": ("is_read",),
    "read_at": ("read_at",),
}
USER: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "user_id"),
    "username": ("username",),
    "display_name": ("display_name", "name"),
    "created_at": ("created_at",),
}
BLOCK: Mapping[str, tuple[str, ...]] = {
    "blocker": ("blocker", "blocker_id"),
    "blocked": ("blocked", "blocked_id"),
    "created_at": ("created_at",),
}
_NEEDED = {"message": {"conversation", "sender", "created_at"}, "user": {"id"}, "block": {"blocker", "blocked"}}
_FIELDS = {"message": MESSAGE, "user": USER, "block": BLOCK}
_SHOWN = 40
Given = Mapping[str, str]


def columns_of(path: str, header: Sequence[str], what: str, given: Given) -> dict[str, str]:
    """Field → column of a file of messages, users or blocks; a DatasetError names the field without one, or with two.

    Capitals and spaces around a name do not count.
    """
    found = {}
    for field, names in _FIELDS[what].items():
        wanted = (given[field],) if field in given else names
        columns = next((same for name in wanted if (same := _called(name, header))), [])
        if len(columns) > 1:
            raise DatasetError(
                f"{path} has {len(columns)} columns {columns[0]!r}, so it is not clear which is the {what}'s {field}; "
                f"nothing was imported; leave one out{_remedy(what, field, ', or ')}"
            )
        if not columns and (field in _NEEDED[what] or field in given):
            remedy = _remedy(what, field) or f"call one of them {names[0]}"
            raise DatasetError(
                f"{path} has no column for the {what}'s {field} (looked for {', '.join(wanted)}; it has "
                f"{_listed(header)}), so nothing was imported; {remedy}"
            )
        if columns:
            found[field] = columns[0]
    return found


def _called(name: str, header: Sequence[str]) -> list[str]:
    """Columns of this name: those that have it to the letter, if any."""
    exact = [column for column in header if column == name]
    return exact or [column for column in header if column.strip().casefold() == name.strip().casefold()]


def _remedy(what: str, field: str, before: str = "") -> str:
    return f"{before}name one with --column {field}=COLUMN" if what == "message" else ""


def _listed(header: Sequence[str]) -> str:
    """Names as they can be printed, of a file that may be anything."""
    shown = [name if name.isprintable() else ascii(name) for name in header[:_SHOWN]]
    listed = ", ".join(name[:_SHOWN] for name in shown)
    return f"{listed} and {len(header) - _SHOWN} more" if len(header) > _SHOWN else listed


def given_columns(texts: Sequence[str]) -> dict[str, str]:
    """Of `--column FIELD=COLUMN`."""
    given = {}
    for text in texts:
        field, _, column = text.partition("=")
        if field not in MESSAGE or not column:
            raise DatasetError(
                f"--column {text!r} names no field of a message, so nothing was imported; give FIELD=COLUMN, where "
                f"FIELD is one of: {', '.join(MESSAGE)}"
            )
        given[field] = column
    return given
