"""A database's aggregates as a shape; and what is asked for them."""

import re
from datetime import datetime, timedelta

import pytest

from harness.profile.errors import ProfileError
from harness.profile.fitting import fitted
from harness.profile.mapping import names_of, read_mapping
from harness.profile.questions import Sample, all_statements, statement
from harness.profile.reading import Readings
from harness.profile.telling import name_of

OWN = read_mapping(None)


def readings(**answers):
    rows = {"messages": 100_000, "conversations": 5_000, "users": 3_000, "blocks": None}
    return Readings(server="15.6 (Debian)", rows=rows, sample=Sample(), answers=answers)


def test_what_was_not_answered_stays_as_it_is_built_in():
    shape = fitted(readings(), "x")
    assert (shape.conversation_lengths, shape.text_bytes, shape.unread_counts, shape.media_share) == (
        None,
        None,
        None,
        0.03,
    )
    assert (shape.users_per_message, shape.blocks_per_message) == (0.03, 0.01)


def test_a_bucket_counts_with_its_own_mean_and_empty_conversations_do_not():
    lengths = [
        {"bucket": 0, "conversations": 50, "messages": 0},
        {"bucket": 2, "conversations": 25, "messages": 50},
        {"bucket": 40, "conversations": 25, "messages": 1_050},
    ]
    shape = fitted(readings(lengths=lengths), "x")
    assert shape.conversation_lengths.values[0] == 2
    assert shape.conversation_lengths.values[-1] == 42
    assert shape.conversations_per_message == 0.025


def test_unread_counts_among_members_who_received_something():
    rows = [{"bucket": 0, "members": 75, "messages": 0}, {"bucket": 3, "members": 25, "messages": 75}]
    shape = fitted(readings(unread=rows), "x")
    assert (shape.unread_share, shape.unread_counts.values[0]) == (0.25, 3)


def test_growth_is_the_slope_over_complete_months_and_weekdays_count_by_occurrence():
    first = datetime(2025, 1, 15)  # noqa: DTZ001 - as asyncpg gives what SQL turned into UTC
    months = [first.replace(month=month, day=1) for month in range(1, 9)]
    rows = [
        {"hour": None, "weekday": None, "month": month, "messages": 30 * round(100 * 2 ** (place / 12)), "first": first,
         "last": first + timedelta(days=200)}
        for place, month in enumerate(months)
    ]  # fmt: skip
    shape = fitted(readings(load=[*rows, *_days(first, 700)]), "x")
    assert shape.load.growth_per_year == pytest.approx(0.69, abs=0.15)
    assert shape.load.by_weekday[0] == pytest.approx(1.0, abs=0.05)


def _days(first, each):
    ends = {"first": first, "last": first + timedelta(days=200)}
    hours = [{"hour": hour, "weekday": None, "month": None, "messages": each, **ends} for hour in range(24)]
    return hours + [{"hour": None, "weekday": day, "month": None, "messages": each, **ends} for day in range(7)]


def test_every_statement_answers_with_aggregates_and_changes_nothing():
    for name, sql in all_statements(OWN):
        words = set(re.findall(r"[a-z_]+", sql.lower()))
        assert not words & {"insert", "update", "delete", "create", "into", "drop", "copy"}, name
        if "from messages" in sql.lower():
            assert "count(*)" in sql, name


def test_no_placeholder_is_left_in_a_statement():
    for name, sql in all_statements(OWN):
        assert not re.findall(r"\{[a-z_]+\}", sql), name


def test_names_of_a_mapping_are_quoted_and_expressions_are_not():
    content = {"messages": {"table": "chat.Msg", "conversation": "roomId", "is_read": "(m.seen_at IS NOT NULL)"}}
    names = names_of(content, "x.toml")
    assert names["messages"] == 'chat."Msg"'
    assert names["conversation"] == '"roomId"'
    assert "NOT coalesce((m.seen_at IS NOT NULL), false)" in statement("unread", names)


def test_what_the_mapping_does_not_have_is_not_asked():
    asked = {name for name, _ in all_statements(names_of({"messages": {"is_read": ""}, "blocks": {"table": ""}}, "x"))}
    assert "unread" not in asked
    assert "rows of blocks" not in asked


@pytest.mark.parametrize(
    "content", [{"rooms": {}}, {"messages": {"body": "x"}}, {"messages": {"table": ""}}, {"messages": {"text": 3}}]
)
def test_a_wrong_mapping_is_answered_with_its_key(content):
    with pytest.raises(ProfileError, match=r"x\.toml"):
        names_of(content, "x.toml")


@pytest.mark.parametrize(("file", "name"), [("support.toml", "support"), ("2024 my-shape.toml", "shape_2024_my_shape")])
def test_a_shape_is_called_by_its_file_in_a_word(file, name, tmp_path):
    assert name_of(tmp_path / file, None) == name


def test_a_file_that_cannot_be_written_and_a_name_that_is_no_word_are_refused_before_anything_is_asked(tmp_path):
    for out, given in ((tmp_path, None), (tmp_path / "absent" / "x.toml", None), (tmp_path / "x.toml", "my shape")):
        with pytest.raises(ProfileError, match="so nothing was asked"):
            name_of(out, given)
