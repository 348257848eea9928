"""Which rows an import keeps, and why not the others."""

import io
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest

from datasets.importing.checking import People, check
from datasets.importing.conversations import put_in_order
from datasets.importing.keys import Codes
from datasets.importing.pile import Keys
from datasets.importing.reasons import MEANINGS, Reason
from datasets.importing.records import Records
from datasets.importing.request import TextMode
from datasets.importing.source import Chunk
from datasets.timeline import micros

LATEST = micros(datetime(2026, 1, 1, tzinfo=UTC))
GOOD = {
    "id": "1",
    "conversation": "7",
    "sender": "ada",
    "receiver": "bob",
    "created_at": "2025-03-04 05:06:07Z",
    "text": "hello",
    "type": "text",
    "media": None,
    "is_read": "true",
    "read_at": "2025-03-04 05:06:08Z",
}
ITEM = '[{"url": "https://x.example/1.jpg", "type": "image"}]'


def checked(*rows, text=TextMode.KEEP, people=None, without=()):
    names = [name for name in GOOD | (rows[0] if rows else {}) if name not in without]
    columns = {name: pa.array([{**GOOD, **row}.get(name) for row in rows], pa.string()) for name in names}
    chunk = Chunk(file="x.csv", file_bytes=0, numbers=np.arange(2, 2 + len(rows)), columns=columns, broken=[])
    people = people or People(users=Codes(), conversations=Codes(), is_closed=False)
    return check(chunk, people, text=text, latest_us=LATEST)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, 0),
        ({"conversation": None}, Reason.NO_CONVERSATION),
        ({"sender": " "}, Reason.NO_SENDER),
        ({"sender": None}, Reason.NO_SENDER),
        ({"receiver": "ada"}, Reason.SELF_MESSAGE),
        ({"receiver": None}, 0),
        ({"created_at": None}, Reason.UNKNOWN_TIME),
        ({"created_at": "soon"}, Reason.UNKNOWN_TIME),
        ({"created_at": "2026-01-01 00:00:01Z", "read_at": None}, Reason.FUTURE_TIME),
        ({"text": None}, Reason.EMPTY),
        ({"text": ""}, Reason.EMPTY),
        ({"text": "a\0b"}, Reason.NUL_CHARACTER),
        ({"type": "voice"}, Reason.UNKNOWN_TYPE),
        ({"type": "image", "media": ITEM, "text": None}, 0),
        ({"type": "image"}, Reason.TYPE_CONTRADICTS_MEDIA),
        ({"type": "text", "media": ITEM}, Reason.TYPE_CONTRADICTS_MEDIA),
        ({"type": None, "media": ITEM, "text": None}, 0),
        ({"type": "image", "media": "{}"}, Reason.TYPE_CONTRADICTS_MEDIA),
        ({"type": "image", "media": "[1]"}, Reason.BAD_MEDIA),
        ({"type": "image", "media": '[{"url": "x", "type": "hologram"}]'}, Reason.BAD_MEDIA),
        ({"is_read": "perhaps"}, Reason.BAD_READ_STATE),
        ({"is_read": "false"}, Reason.BAD_READ_STATE),
        ({"read_at": "2025-03-04 05:06:06Z"}, Reason.READ_BEFORE_SENT),
        ({"id": None}, Reason.NO_ID),
    ],
)
def test_a_row_is_kept_or_has_the_first_reason_against_it(changed, reason):
    assert checked(changed).reasons.tolist() == [reason]


def test_a_row_with_nothing_in_it_is_an_empty_line():
    assert checked(dict.fromkeys(GOOD)).reasons.tolist() == [Reason.BLANK]


def test_every_reason_has_its_meaning_in_words():
    assert set(MEANINGS) == set(Reason)


def test_with_a_file_of_users_others_are_unknown():
    known = Codes()
    known.add("ada")
    people = People(users=known, conversations=Codes(), is_closed=True)
    found = checked({"receiver": None}, {"receiver": "bob"}, {"sender": "eve", "receiver": "ada"}, people=people)
    assert found.reasons.tolist() == [0, Reason.UNKNOWN_USER, Reason.UNKNOWN_USER]


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"text_length": "12"}, 0),
        ({"text_length": "0"}, Reason.EMPTY),
        ({"text_length": "many"}, Reason.BAD_LENGTH),
        ({"text_length": "-1"}, Reason.BAD_LENGTH),
        ({"text_length": "10", "text_bytes": "25"}, 0),
        ({"text_length": "10", "text_bytes": "41"}, Reason.BAD_LENGTH),
        ({"text_length": "10", "text_bytes": "9"}, Reason.BAD_LENGTH),
    ],
)
def test_a_length_alone_is_as_good_as_a_text(told, reason):
    assert checked(told, text=TextMode.LENGTH, without=("text",)).reasons.tolist() == [reason]


def test_texts_are_not_kept_when_they_are_to_be_replaced():
    found = checked({"text": "grüße"}, text=TextMode.PHRASES).payload
    assert found["text"].to_pylist() == [None]
    assert (found["characters"].tolist(), found["octets"].tolist()) == ([5], [7])


def ordered(rows, *, first_users=0):
    """Rows of (conversation, sender, receiver or -1, time, id)."""
    table = np.array(rows, dtype=np.int64)
    users, conversations = Codes(), Codes()
    for code in range(int(table[:, 1:3].max()) + 1):
        users.add(f"user {code}")
    for code in range(int(table[:, 0].max()) + 1):
        conversations.add(f"conversation {code}")
    conversation, sender, receiver = (table[:, place].astype(np.int32) for place in range(3))
    ids = np.column_stack([table[:, 4], table[:, 4]]).astype(np.uint64)
    keys = Keys(conversation=conversation, sender=sender, receiver=receiver, created_at=table[:, 3], ids=ids)
    return put_in_order(keys, users, conversations, first_users=first_users)


def test_the_first_of_two_rows_with_one_id_is_kept():
    assert ordered([(0, 0, 1, 5, 9), (0, 1, 0, 6, 9)]).reasons.tolist() == [0, Reason.DUPLICATE_ID]


def test_a_conversation_of_three_goes_whole():
    found = ordered([(0, 0, 1, 5, 1), (0, 2, -1, 6, 2), (1, 0, 1, 7, 3)])
    assert found.reasons.tolist() == [Reason.MORE_THAN_TWO_PEOPLE, Reason.MORE_THAN_TWO_PEOPLE, 0]
    assert found.conversations.tolist() == [1]


def test_of_a_pairs_two_conversations_the_longer_is_kept():
    found = ordered([(0, 0, 1, 5, 1), (1, 1, 0, 6, 2), (1, 0, 1, 7, 3)])
    assert found.reasons.tolist() == [Reason.SECOND_CONVERSATION_OF_PAIR, 0, 0]


def test_who_wrote_alone_gets_a_silent_other():
    found = ordered([(0, 0, -1, 5, 1), (1, 0, -1, 6, 2), (1, 1, -1, 7, 3)])
    assert found.silent == 1
    assert len(found.users) == 3
    assert found.reasons.tolist() == [0, 0, 0]


def test_conversations_are_numbered_longest_first_and_messages_by_time():
    found = ordered([(0, 0, 1, 9, 1), (1, 0, 2, 8, 2), (1, 2, 0, 7, 3), (2, 1, 2, 8, 4)])
    assert found.conversations.tolist() == [1, 0, 2]
    assert found.rank.tolist() == [3, 1, 0, 2]


def test_users_without_a_message_stay_when_a_file_names_them():
    assert ordered([(0, 3, 4, 1, 1)], first_users=2).users.tolist() == [0, 1, 3, 4]


class Pieces(io.BytesIO):
    """Hands over so many bytes at most."""

    def __init__(self, content, most):
        super().__init__(content)
        self.most = most

    def read(self, size=-1):
        return super().read(self.most if size < 0 else min(size, self.most))


def records(text, most=1 << 20):
    found = Records(Pieces(text.encode(), most))
    return found.header, b"".join(iter(lambda: found.read(7), b"")).decode()


def mark(reason, columns=2):
    return f"\0{reason:d}{',' * columns}\n"


@pytest.mark.parametrize(
    ("body", "whole"),
    [
        ('1,"x\ny"\n2,z\n', '1,"x\ny"\n2,z\n'),
        ('1,say "hi"\n\n2,""\n', '1,say "hi"\n\n2,""\n'),
        ('1,"open\n2,x\n3,y', mark(Reason.BAD_QUOTES) + "2,x\n3,y\n"),
        ('1,"open\n2,"x"\n3,y\n', mark(Reason.BAD_QUOTES) + '2,"x"\n3,y\n'),
        ('1,"say "hi""\n2,x\n', mark(Reason.BAD_QUOTES) + "2,x\n"),
        ("1\n2,x,y\n3,z\n", mark(Reason.WRONG_COLUMNS) * 2 + "3,z\n"),
        ('1,"a\nb",c,d\n2,x\n', mark(Reason.BAD_QUOTES) + mark(Reason.WRONG_COLUMNS) + "2,x\n"),
        ("", ""),
    ],
)
def test_a_broken_record_costs_its_own_line_and_no_other(body, whole):
    for most in (1, 2, 3, 1 << 20):
        assert records("a,b\n" + body, most) == (["a", "b"], whole)
    crossed = [records("a,b\r\n" + body.replace("\n", "\r\n"), most)[1] for most in (1, 2, 1 << 20)]
    assert crossed[0] == crossed[1] == crossed[2]


def test_a_row_that_never_ends_is_left_out_and_the_next_is_read(monkeypatch):
    monkeypatch.setattr("datasets.importing.records.LONGEST_BYTES", 100)
    monkeypatch.setattr("datasets.importing.records._FILL_BYTES", 30)
    assert records(f"a,b\n1,{'x' * 500}\n2,y\n")[1] == mark(Reason.TOO_LONG) + "2,y\n"


@pytest.mark.parametrize("text", ["a;b\n1;2\n", "a\tb\n1\t2\n", "a|b\n1|2\n", "\ufeffa,b\n1,2\n", "a,b\r1,2\r"])
def test_the_header_tells_what_stands_between_fields(text):
    header, body = records(text)
    assert header == ["a", "b"]
    assert body.strip()[0::2] == "12"


@pytest.mark.parametrize("text", ["", "\n", "\na,b\n", "\ufeff", '"a\n1,2\n'])
def test_a_file_that_begins_with_no_names_has_no_header(text):
    assert records(text)[0] == []
