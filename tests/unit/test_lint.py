from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from harness.lint.linting import lint
from harness.lint.rules.bloated import needed_bytes
from harness.lint.schema import Column, ForeignKey, Index, Schema, Table

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def index(name="by_author", columns=("author",), **changed):
    made = {
        "table": "notes",
        "method": "btree",
        "keys": tuple(f"{column} 0 1" for column in columns),
        "descending": tuple(False for _ in columns),
        "scans": 7,
        "entries": 100_000.0,
        "bytes": 2_000_000,
    }
    return Index(name=name, columns=columns, **(made | changed))


def schema(*indexes, keys=(), counted_for=timedelta(days=90), scans=50, rows=100_000.0, columns=()):
    plain = [
        Column(name=name, type="bigint", not_null=True, distinct=5000.0, width_bytes=8, histogram=("1", "9"))
        for name in ("id", "author", "at")
    ]
    notes = Table(
        name="notes", rows=rows, bytes=10**7, scans=scans, columns={one.name: one for one in (*plain, *columns)}
    )
    return Schema(
        read_at=NOW,
        counted_since=None if counted_for is None else NOW - counted_for,
        tables={"notes": notes},
        indexes=indexes,
        foreign_keys=keys,
    )


def told(*indexes, **more):
    return [(finding.rule, finding.subject, finding.advice) for finding in lint(schema(*indexes, **more))]


AUTHOR = ForeignKey(
    name="notes_author_fkey", table="notes", columns=("author",), referenced="users", on_delete="CASCADE"
)


def test_an_index_that_is_read_and_stands_alone_is_fine():
    assert told(index()) == []


def test_an_index_without_scans_is_unused_and_dropped_once_the_counters_are_old_enough():
    assert told(index(scans=0)) == [("unused", "by_author", "drop")]
    assert told(index(scans=0), counted_for=timedelta(days=3)) == [("unused", "by_author", "look")]
    assert told(index(scans=0), counted_for=None) == [("unused", "by_author", "look")]


def test_the_age_of_the_statistics_is_said():
    (finding,) = lint(schema(index(scans=0), counted_for=timedelta(hours=5)))
    assert "0 scans in 5 h" in finding.seen
    (finding,) = lint(schema(index(scans=0), counted_for=None))
    assert "never reset" in finding.seen


def test_a_table_that_nobody_asked_is_no_evidence_against_its_indexes():
    (finding,) = lint(schema(index(scans=0), scans=0))
    assert finding.advice == "look"
    assert "no evidence" in finding.seen


@pytest.mark.parametrize(
    "needed",
    [{"is_unique": True}, {"is_constraint": True}, {"planned_by": ("inbox",)}],
    ids=lambda one: next(iter(one)),
)
def test_what_guards_a_rule_or_serves_a_plan_is_not_unused(needed):
    assert told(index(scans=0, **needed)) == []


def test_an_index_that_a_foreign_key_looks_through_is_not_unused():
    assert told(index(scans=0), keys=(AUTHOR,)) == []


def test_of_two_equal_indexes_one_is_a_duplicate():
    assert told(index("a"), index("b")) == [("duplicate", "b", "drop")]


def test_the_one_that_guards_uniqueness_stays():
    assert told(index("a"), index("b", is_unique=True, is_constraint=True)) == [("duplicate", "a", "drop")]


def test_the_beginning_of_a_longer_index_is_its_prefix():
    assert told(index("short"), index("long", ("author", "at"))) == [("prefix", "short", "drop")]


def test_the_end_of_a_longer_index_is_no_prefix():
    assert told(index("short", ("at",)), index("long", ("author", "at"))) == []


def test_another_predicate_or_method_makes_another_index():
    assert told(index("a"), index("b", predicate="(at > 0)")) == []
    assert told(index("a"), index("b", method="hash")) == []


def test_an_invalid_index_is_told_and_excuses_no_other():
    assert told(index("a"), index("b", is_valid=False)) == [("invalid", "b", "rebuild")]
    assert told(index("b", is_valid=False, is_building=True)) == []


def test_a_foreign_key_without_an_index_is_missing_one():
    assert told(keys=(AUTHOR,)) == [("missing_foreign_key_index", "notes_author_fkey", "make")]
    assert told(index("wide", ("at", "author")), keys=(AUTHOR,))[0][0] == "missing_foreign_key_index"


def test_an_index_without_nulls_serves_a_foreign_key_and_one_with_another_predicate_does_not():
    assert told(index(predicate="(author IS NOT NULL)"), keys=(AUTHOR,)) == []
    assert told(index(predicate="(at > 0)"), keys=(AUTHOR,))[0][0] == "missing_foreign_key_index"


def test_a_small_table_needs_no_index_for_its_foreign_key():
    assert told(keys=(AUTHOR,), rows=20.0) == [("missing_foreign_key_index", "notes_author_fkey", "look")]


def flag(*common):
    return Column(name="flag", type="boolean", not_null=True, distinct=float(len(common)), width_bytes=1, common=common)


def test_an_index_on_a_column_whose_values_are_all_common_has_low_selectivity():
    even = flag(("t", 0.6), ("f", 0.4))
    assert told(index("by_flag", ("flag",)), columns=(even,)) == [("low_selectivity", "by_flag", "look")]


def test_where_one_value_is_rare_a_partial_index_is_proposed():
    (finding,) = lint(schema(index("by_flag", ("flag",)), columns=(flag(("t", 0.98), ("f", 0.02)),)))
    assert finding.rule == "low_selectivity"
    assert "WHERE flag <> 't'" in finding.remedy


def test_a_skewed_column_with_many_rare_values_is_selective():
    skewed = replace(flag(("t", 0.98), ("f", 0.01)), distinct=900.0, histogram=("a", "z"))
    assert told(index("by_flag", ("flag",)), columns=(skewed,)) == []


def test_a_partial_or_longer_index_is_not_judged_by_its_first_column():
    even = flag(("t", 0.6), ("f", 0.4))
    assert told(index("by_flag", ("flag",), predicate="flag"), columns=(even,)) == []
    assert told(index("by_flag", ("flag", "at")), columns=(even,)) == []


def test_an_index_several_times_as_large_as_its_entries_need_is_bloated():
    assert told(index(bytes=9_000_000)) == [("bloated", "by_author", "rebuild")]


def test_an_index_that_was_just_built_is_not_bloated():
    # 100,000 entries of 8 bytes: 20 with header and pointer, in pages filled to 90 %: CREATE INDEX makes 2,260,992
    needed = needed_bytes(index(), schema(index()))
    assert needed == pytest.approx(2_260_992, rel=0.02)


def test_an_index_of_unknown_width_is_not_called_bloated():
    blind = Column(name="author", type="bigint", not_null=True)
    assert told(index(bytes=9_000_000), columns=(blind,)) == []
