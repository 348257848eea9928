"""Operations: the things a client asks for, by the names used in code, CLI and reports."""

from enum import StrEnum


class Operation(StrEnum):
    newest_page = "newest_page"
    older_page = "older_page"
    conversation_list = "conversation_list"
    media_gallery = "media_gallery"
    open_conversation = "open_conversation"
    send = "send"
    mark_read = "mark_read"
    delete_message = "delete_message"
    unread_total = "unread_total"
    unread_conversation = "unread_conversation"
    heartbeat = "heartbeat"
    go_offline = "go_offline"
    presence_lookup = "presence_lookup"
    last_seen = "last_seen"
    block_check = "block_check"
    block_list = "block_list"
    block_add = "block_add"
    block_remove = "block_remove"

    #: Enum's own is written in Python, which every timed call would pay for.
    __hash__ = str.__hash__
