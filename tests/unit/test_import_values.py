"""Columns of an import as texts, numbers, flags, moments and ids."""

import uuid
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest

from datasets.errors import DatasetError
from datasets.importing.fields import columns_of, given_columns
from datasets.importing.keys import Codes, as_bytes
from datasets.importing.values import as_count, as_flag, as_micros, as_text

MOMENT = datetime(2025, 3, 4, 5, 6, 7, 890_000, tzinfo=UTC)
MICROS = round(MOMENT.timestamp() * 1_000) * 1_000


@pytest.mark.parametrize(
    "text",
    [
        "2025-03-04 05:06:07.89+00",
        "2025-03-04T05:06:07.890Z",
        "2025-03-04 05:06:07.89",
        "2025-03-04 06:36:07.890000123+01:30",
        " 2025-03-04 00:06:07.89-0500 ",
    ],
)
def test_a_time_is_read_in_the_ways_that_databases_write_it(text):
    micros, known = as_micros(pa.array([text, "2025-13-04 05:06:07Z", "yesterday", None, "2025-03-04"]))
    assert micros[0] == MICROS
    assert known.tolist() == [True, False, False, False, False]


@pytest.mark.parametrize("divisor", [1_000_000, 1_000, 1])
def test_whole_numbers_are_times_since_1970_in_seconds_milliseconds_or_microseconds(divisor):
    whole = MICROS // divisor
    assert as_micros(pa.array([whole]))[0][0] == whole * divisor
    assert as_micros(pa.array([str(whole), None]))[0][0] == whole * divisor


def test_typed_times_of_parquet_are_taken_as_they_are():
    for kind in (pa.timestamp("us", "UTC"), pa.timestamp("ns"), pa.timestamp("ms", "Europe/Berlin")):
        assert as_micros(pa.array([MOMENT.replace(tzinfo=None)], kind))[0][0] // 1_000 == MICROS // 1_000


def test_bytes_that_are_no_utf8_are_told_and_cost_no_other_row():
    text, broken = as_text(pa.array([b"fine", b"br\xffken", None, "schön".encode()], pa.binary()))
    assert text.to_pylist() == ["fine", None, None, "schön"]
    assert broken.tolist() == [False, True, False, False]


def test_flags_and_counts_that_are_neither_are_told():
    yes, other = as_flag(pa.array(["t", "FALSE", "1", "no", "maybe", None]))
    assert yes.tolist() == [True, False, True, False, False, False]
    assert other.tolist() == [False, False, False, False, True, False]
    counts, bad = as_count(pa.array(["12", "-3", "x", None, "0"]))
    assert counts.tolist() == [12, 0, 0, 0, 0]
    assert bad.tolist() == [False, True, True, False, False]


def test_one_id_has_one_code_whatever_its_column_is_made_of():
    codes, one = Codes(), uuid.UUID("0190f2a0-0000-7000-8000-000000000001")
    texts = codes.of(pa.array([str(one), str(one).upper(), "{" + str(one) + "}", "17", None, " "]))
    raw = codes.of(pa.array([one.bytes], pa.binary(16)))
    assert texts.tolist() == [0, 0, 0, 1, -1, -1]
    assert raw.tolist() == [0]
    assert codes.of(pa.array([17, 18])).tolist() == [1, 2]
    assert codes.of(pa.array([99]), grow=False).tolist() == [-1]


def test_without_a_salt_uuids_stay_and_numbers_show():
    kept = [uuid.UUID(bytes=row.tobytes()) for row in as_bytes([str(uuid.UUID(int=5)), "255", "ada"], "users", None)]
    assert kept[0] == uuid.UUID(int=5)
    assert str(kept[1]) == "00000000-0000-8000-8000-0000000000ff"
    assert kept[2].version == 4


def test_with_a_salt_nothing_shows_and_another_salt_gives_other_ids():
    values = [str(number) for number in range(200)]
    one, two = as_bytes(values, "users", b"a" * 32), as_bytes(values, "users", b"b" * 32)
    assert len({row.tobytes() for row in one}) == 200
    assert not (one == two).all(axis=1).any()
    assert not (one == as_bytes(values, "conversations", b"a" * 32)).all(axis=1).any()
    assert {uuid.UUID(bytes=row.tobytes()).version for row in one} == {4}
    assert np.array_equal(one, as_bytes(values, "users", b"a" * 32))


def test_a_column_is_found_by_its_usual_names_or_by_the_one_given():
    header = ["message_id", "chat_id", "author", "sent_at"]
    with pytest.raises(DatasetError, match="--column sender=COLUMN"):
        columns_of("x.csv", header, "message", {})
    found = columns_of("x.csv", header, "message", given_columns(["sender=author"]))
    assert found == {"id": "message_id", "conversation": "chat_id", "sender": "author", "created_at": "sent_at"}
    with pytest.raises(DatasetError, match="no field"):
        given_columns(["author=sender"])
