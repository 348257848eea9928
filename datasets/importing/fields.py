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
Given = Mapping[str, str]


def columns_of(path: str, header: Sequence[str], what: str, given: Given) -> dict[str, str]:
    """Field → column of a file of messages, users or blocks; a DatasetError names the field without one."""
    found = {}
    for field, names in _FIELDS[what].items():
        wanted = (given[field],) if field in given else names
        column = next((name for name in wanted if name in header), None)
        if column is None and (field in _NEEDED[what] or field in given):
            remedy = f"name one with --column {field}=COLUMN" if what == "message" else f"call one of them {names[0]}"
            raise DatasetError(
                f"{path} has no column for the {what}'s {field} (looked for {', '.join(wanted)}; it has "
                f"{', '.join(header)}), so nothing was imported; {remedy}"
            )
        if column is not None:
            found[field] = column
    return found


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
