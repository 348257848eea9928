import pytest

from harness.seeding.databases import Mark, quoted
from harness.stack.errors import DatabaseFailed


def test_a_mark_reads_as_it_was_written():
    mark = Mark(role="snapshot", facts={"ready": True, "note": 'it\'s \\ "quoted"'})
    assert Mark.read(mark.comment()) == mark


@pytest.mark.parametrize(
    "comment", [None, "", "somebody's notes", "chatbench: my notes", "chatbench:[]", 'chatbench:{"role": "trial"}']
)
def test_any_other_comment_is_no_mark(comment):
    assert Mark.read(comment) is None


def test_a_name_cannot_leave_its_quotes():
    assert quoted('a"; DROP DATABASE b; --') == '"a""; DROP DATABASE b; --"'


@pytest.mark.parametrize("name", ["", "x" * 64, "ü" * 32, "a\0b"])
def test_a_name_that_postgresql_would_cut_or_refuse_is_refused_first(name):
    with pytest.raises(DatabaseFailed, match="cannot be a database's name"):
        quoted(name)
