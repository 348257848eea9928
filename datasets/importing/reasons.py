"""Reasons: why a row is not kept, each with what it means."""

from enum import IntEnum


class Reason(IntEnum):
    """The first that holds is counted; 0 is a kept row. The sentences are in MEANINGS."""

    WRONG_COLUMNS = 1
    NOT_UTF8 = 2
    NUL_CHARACTER = 3
    NO_CONVERSATION = 4
    NO_SENDER = 5
    UNKNOWN_USER = 6
    SELF_MESSAGE = 7
    UNKNOWN_TIME = 8
    FUTURE_TIME = 9
    BAD_LENGTH = 10
    UNKNOWN_TYPE = 11
    BAD_MEDIA = 12
    TYPE_CONTRADICTS_MEDIA = 13
    EMPTY = 14
    BAD_READ_STATE = 15
    READ_BEFORE_SENT = 16
    DUPLICATE_ID = 17
    MORE_THAN_TWO_PEOPLE = 18
    SECOND_CONVERSATION_OF_PAIR = 19
    NO_ID = 20
    BAD_QUOTES = 21
    TOO_LONG = 22
    BLANK = 23

    @property
    def label(self) -> str:
        """As files and manifests have it."""
        return self.name.lower()


MEANINGS = {
    Reason.WRONG_COLUMNS: "more or fewer columns than the header",
    Reason.NOT_UTF8: "bytes that are no UTF-8 (another encoding? iconv -f LATIN1 -t UTF-8)",
    Reason.NUL_CHARACTER: "a NUL character, which PostgreSQL's text cannot hold",
    Reason.NO_CONVERSATION: "no conversation",
    Reason.NO_SENDER: "no sender",
    Reason.UNKNOWN_USER: "a person who is not in the file of users",
    Reason.SELF_MESSAGE: "sender and receiver are one person",
    Reason.UNKNOWN_TIME: "no time, one that cannot be read, or one before 1970",
    Reason.FUTURE_TIME: "a time after --as-of",
    Reason.BAD_LENGTH: "a text length that is no number, or cannot be that of a text",
    Reason.UNKNOWN_TYPE: "a type other than text, image, video, file",
    Reason.BAD_MEDIA: "media that are neither a JSON list of items with url and type, nor true or false",
    Reason.TYPE_CONTRADICTS_MEDIA: "type text with media, or another type without",
    Reason.EMPTY: "neither text nor media",
    Reason.BAD_READ_STATE: "is_read is neither true nor false, or contradicts read_at",
    Reason.READ_BEFORE_SENT: "read before it was sent",
    Reason.DUPLICATE_ID: "an id that an earlier row has",
    Reason.MORE_THAN_TWO_PEOPLE: "a conversation of more than two people",
    Reason.SECOND_CONVERSATION_OF_PAIR: "two people's second conversation (the longest is kept)",
    Reason.NO_ID: "no id",
    Reason.BAD_QUOTES: 'a quote that is not closed where its field ends (quotes in texts are doubled: "")',
    Reason.TOO_LONG: "a row longer than 8 MiB",
    Reason.BLANK: "an empty line",
}
