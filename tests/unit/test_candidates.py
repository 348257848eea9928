import tomllib

import pytest

from harness.lint.candidates import candidates
from harness.lint.names import sql_name
from harness.lint.plan import Plan
from harness.lint.query_shape import accesses_of, is_select
from harness.lint.snippet import snippets
from tests.unit.test_lint import index, schema

COLUMNS = {"notes": ("id", "author", "at", "seen"), "users": ("id", "name")}


def access(sql):
    (only,) = accesses_of(sql, COLUMNS)
    return only


def test_equalities_ranges_order_and_limit_are_told_apart():
    found = access(
        "SELECT * FROM notes n WHERE n.author = $1 AND (n.at, n.id) < ($2, $3) ORDER BY n.at DESC, n.id DESC LIMIT $4"
    )
    assert (found.equal, found.ranged) == (("author",), ("at", "id"))
    assert [key.sql for key in found.order] == ["at DESC", "id DESC"]
    assert found.is_limited


def test_an_unqualified_column_belongs_to_the_table_that_has_it():
    found = {one.table: one for one in accesses_of("SELECT 1 FROM notes, users WHERE name = $1 AND at > $2", COLUMNS)}
    assert found["users"].equal == ("name",)
    assert found["notes"].ranged == ("at",)


def test_a_join_is_no_single_value():
    found = {
        one.table: one
        for one in accesses_of("SELECT 1 FROM users u JOIN notes n ON n.author = u.id WHERE u.name = $1", COLUMNS)
    }
    assert found["notes"].joined == ("author",)
    assert not found["notes"].equal


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("NOT seen", "NOT seen"),
        ("seen = FALSE", "NOT seen"),
        ("at IS NOT NULL", "at IS NOT NULL"),
        ("at IS NULL", "at IS NULL"),
    ],
)
def test_a_condition_without_a_value_is_what_a_partial_index_states(condition, told):
    assert access(f"UPDATE notes SET at = 1 WHERE author = $1 AND {condition}").fixed == (told,)


def test_lists_and_alternatives_are_known():
    assert access("SELECT 1 FROM notes WHERE author = ANY($1)").listed == ("author",)
    assert access("SELECT 1 FROM notes WHERE author IN ($1, $2)").listed == ("author",)
    assert access("SELECT 1 FROM notes WHERE author = $1 OR id = $1").either == ("author", "id")


def test_an_order_over_an_expression_is_no_indexs_to_give():
    assert not access("SELECT 1 FROM notes WHERE author = $1 ORDER BY at + 1").order


@pytest.mark.parametrize(
    ("sql", "reads"),
    [
        ("SELECT 1 FROM notes", True),
        ("SELECT 1 UNION SELECT 2", True),
        ("SELECT 1 FROM notes FOR UPDATE", False),
        ("UPDATE notes SET at = 1", False),
        ("WITH gone AS (DELETE FROM notes RETURNING *) SELECT * FROM gone", False),
    ],
)
def test_only_what_neither_writes_nor_locks_is_executed(sql, reads):
    assert is_select(sql) is reads


PAGE = "SELECT * FROM notes WHERE author = $1 ORDER BY at DESC, id DESC LIMIT 50"
WHOLE = {
    "node": "Limit",
    "children": [
        {"node": "Sort", "sort_key": ["at DESC", "id DESC"], "children": [{"node": "Seq Scan", "relation": "notes"}]}
    ],
}
SORTED = {
    "node": "Sort",
    "sort_key": ["notes.at DESC", "notes.id DESC"],
    "children": [{"node": "Index Scan", "index": "by_author", "relation": "notes"}],
}


def tried(sql, tree, *indexes, rows=1_000_000.0):
    plan = Plan(operation="page", sql=sql, tree=tree, cost=1.0)
    return candidates([plan], schema(*indexes, rows=rows))


def test_a_page_gets_equality_then_order_so_that_limit_stops():
    (found,) = tried(PAGE, WHOLE)
    assert found.sql == "CREATE INDEX notes_author_at_id ON notes (author, at DESC, id DESC);"
    assert found.gains["page"] == (
        "reads all of notes → finds them by author, rows come sorted, LIMIT stops at the page's end"
    )


def test_sorting_behind_an_index_is_enough_reason_and_the_shorter_index_becomes_needless():
    (found,) = tried(PAGE, SORTED, index(keys=("author 0 1",)))
    assert found.replaces == ("by_author",)
    assert "sorts about" in found.gains["page"]


def test_what_an_index_gives_already_is_not_suggested_again_whichever_way_it_runs():
    there = index("page", ("author", "at", "id"), descending=(False, False, False))
    assert tried(PAGE, WHOLE, there) == []


def test_an_index_whose_directions_are_mixed_does_not_give_the_order():
    there = index("page", ("author", "at", "id"), descending=(False, True, False))
    assert len(tried(PAGE, WHOLE, there)) == 1


def test_a_bound_on_the_order_column_adds_no_key():
    (found,) = tried(PAGE.replace("ORDER", "AND (at, id) < ($2, $3) ORDER"), WHOLE)
    assert [key.sql for key in found.keys] == ["author", "at DESC", "id DESC"]


def test_without_limit_a_bound_on_another_column_beats_the_order():
    whole = {"node": "Sort", "sort_key": ["id"], "children": [{"node": "Seq Scan", "relation": "notes"}]}
    (found,) = tried("SELECT * FROM notes WHERE author = $1 AND at > $2 ORDER BY id", whole)
    assert [key.sql for key in found.keys] == ["author", "at"]


def test_one_of_several_values_gives_no_order():
    (found,) = tried("SELECT * FROM notes WHERE author = ANY($1) ORDER BY at DESC LIMIT 5", WHOLE)
    assert "LIMIT stops" not in found.gains["page"] or found.keys[0].column == "at"


def test_what_an_index_finds_and_then_filters_is_named():
    tree = {"node": "Index Scan", "index": "by_author", "relation": "notes", "filter": "(at > ?)"}
    busy = index()
    (found,) = tried("SELECT * FROM notes WHERE author = $1 AND at > $2", tree, busy)
    assert found.gains["page"] == ("filters about 200 rows by at → finds them by author, reads from the bound on at on")


def test_a_small_table_gets_no_index():
    assert tried(PAGE, WHOLE, rows=200.0) == []


def test_a_look_up_by_a_unique_key_needs_nothing_more():
    pkey = index("notes_pkey", ("id",), is_unique=True, is_constraint=True)
    tree = {"node": "Index Scan", "index": "notes_pkey", "relation": "notes", "filter": "(author = ?)"}
    assert tried("SELECT * FROM notes WHERE id = $1 AND author = $2", tree, pkey) == []


def test_each_arm_of_an_or_gets_its_own_index():
    whole = {"node": "Seq Scan", "relation": "notes"}
    found = tried("SELECT * FROM notes WHERE author = $1 OR at = $1", whole)
    assert {one.name for one in found} == {"notes_author", "notes_at"}


def test_a_suggestion_is_a_variants_folder():
    (made,) = snippets(tried(PAGE, SORTED, index(keys=("author 0 1",))), extends="spec")
    content = tomllib.loads(made.toml)
    assert content["extends"] == "spec"
    assert content["removes"]["indexes"] == ["by_author"]
    assert made.sql_path == "indexes/notes_author_at_id.sql"
    assert made.sql.endswith("CREATE INDEX notes_author_at_id ON notes (author, at DESC, id DESC);\n")
    assert made.name == "try1_notes"


def test_names_are_read_as_postgresql_folds_them():
    assert accesses_of('SELECT 1 FROM "Notes" WHERE Author = $1', {})[0].table == "Notes"
    assert access("SELECT 1 FROM Notes WHERE Author = $1") == access("SELECT 1 FROM notes WHERE author = $1")


def test_names_are_written_so_that_postgresql_reads_them_back():
    told = [sql_name(name) for name in ("notes", "app.user", "Notes", 'a"b')]
    assert told == ["notes", 'app."user"', '"Notes"', '"a""b"']
