"""Columns of an import as texts, numbers, flags, moments and ids."""

import uuid
from datetime import UTC, datetime
from decimal import Decimal

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
        "2025-03-04 05:06:07.89 UTC",
        "2025-03-04 10:36:07.89 +05:30",
        "1741064767.890",
        "1741064767890",
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


def test_what_counts_no_time_after_1970_is_unknown_whatever_its_type():
    told = [
        pa.array(["-5", "0", "-1741064767", "99999999999999999999", "1960-01-01 00:00:00", "infinity", "1e9"]),
        pa.array([-5, 0, -(1 << 62)]),
        pa.array([float("nan"), float("inf"), -1.5, 1e300]),
        pa.array([1 << 60, -5], pa.timestamp("ms")),
    ]
    for one in told:
        assert not as_micros(one)[1].any()


def test_fractions_of_a_second_count_whatever_holds_them():
    for array in (pa.array([MICROS / 1e6]), pa.array([Decimal("1741064767.890000")]), pa.array(["1741064767.89"])):
        assert abs(int(as_micros(array)[0][0]) - MICROS) <= 1


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


def test_whole_numbers_that_went_through_a_table_with_gaps_are_the_same_ids():
    codes = Codes()
    assert codes.of(pa.array(["2", "2.0", "2.5"])).tolist() == [0, 0, 1]
    assert codes.of(pa.array([2.0, None])).tolist() == [0, -1]
    assert codes.of(pa.array([Decimal("2.00")])).tolist() == [0]
    with pytest.raises(DatasetError, match="export ids as whole numbers or texts"):
        codes.of(pa.array([1e17]))


def test_people_have_the_same_codes_into_however_many_batches_rows_are_cut():
    senders, receivers = pa.array(["a", "b", "c"]), pa.array(["x", "a", "y"])
    whole, cut = Codes(), Codes()
    whole.of_both(senders, receivers)
    for place in range(3):
        cut.of_both(senders[place : place + 1], receivers[place : place + 1])
    assert whole.values == cut.values == ["a", "x", "b", "c", "y"]


def test_nested_values_become_json_whatever_is_in_them():
    text, _ = as_text(pa.array([[{"url": b"x.jpg", "size": Decimal("1.5")}], None]))
    assert text.to_pylist() == ['[{"url":"x.jpg","size":"1.5"}]', None]


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
    assert columns_of("x.csv", [" CHAT_ID", "Sender_Id ", "time"], "message", {})["sender"] == "Sender_Id "
    with pytest.raises(DatasetError, match="2 columns 'sender_id'"):
        columns_of("x.csv", ["chat_id", "sender_id", "sender_id", "time"], "message", {})
    with pytest.raises(DatasetError, match=r"'\\x00'"):
        columns_of("x.csv", ["\0"], "message", {})
    with pytest.raises(DatasetError, match="no field"):
        given_columns(["author=sender"])
