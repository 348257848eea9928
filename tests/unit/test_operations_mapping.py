import pytest

from harness.lint.errors import MappingError
from harness.lint.mapping import Operation, read_mapping
from harness.lint.sampling import sampled
from harness.lint.schema import Column, Table


def mapped(folder, text):
    file = folder / "operations.toml"
    file.write_text(text)
    return read_mapping(file)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "operations: missing"),
        ("[operations.a]\nsql = 'SELEC 1'", "operations.a.sql"),
        ("[operations.a]\nsql = 'SELECT 1; DROP TABLE notes'", "is not one SELECT"),
        ("[operations.a]\nsql = 'DROP TABLE notes'", "is not one SELECT"),
        ("[operations.a]\nsql = 'SELECT 1'\nparams = []", "has params"),
        ("[operations.a]\nfile = 'nowhere.sql'", "has no SQL"),
        ("[operations.a]\nsql = 'SELECT 1'\nparameters = 1", "is no list"),
        ("nonsense", "cannot be read"),
    ],
)
def test_a_wrong_mapping_says_where_and_what_is_expected(tmp_path, text, said):
    with pytest.raises(MappingError, match="Nothing was explained") as wrong:
        mapped(tmp_path, text)
    assert said in str(wrong.value)
    assert wrong.value.exit_code == 2


def test_operations_come_from_text_or_a_file_beside_it(tmp_path):
    (tmp_path / "inbox.sql").write_text("SELECT 1 WHERE 1 = $1;\n")
    page, inbox = mapped(
        tmp_path,
        "[operations.page]\nsql = 'SELECT 2'\n[operations.inbox]\nfile = 'inbox.sql'\nparameters = [2026-01-01]",
    )
    assert page == Operation(name="page", sql="SELECT 2")
    assert inbox == Operation(name="inbox", sql="SELECT 1 WHERE 1 = $1", parameters=("2026-01-01",))


AUTHOR = Column(
    name="author", type="uuid", not_null=True, common=(("busy", 0.2), ("calm", 0.1)), histogram=("a", "m", "z")
)
AT = Column(name="at", type="date", not_null=True, histogram=("1", "5", "9"))
TABLES = {"notes": Table(name="notes", rows=9.0, bytes=1, scans=0, columns={"author": AUTHOR, "at": AT})}


def values(sql, count):
    return sampled(Operation(name="page", sql=sql), count, TABLES)


def test_parameters_are_the_most_common_value_the_middle_for_bounds_and_a_page_for_limit():
    sql = "SELECT * FROM notes n WHERE n.author = $1 AND n.at < $2 ORDER BY n.at LIMIT $3 OFFSET $4"
    assert values(sql, 4) == ("busy", "5", 50, 0)


def test_a_list_a_cast_a_row_and_a_between_find_their_columns():
    assert values("SELECT 1 FROM notes WHERE author = ANY($1::uuid[])", 1) == (["busy"],)
    assert values("SELECT 1 FROM notes WHERE (at, author) < ($1, $2)", 2) == ("5", "m")
    assert values("SELECT 1 FROM notes WHERE at BETWEEN $1 AND $2", 2) == ("5", "5")


def test_a_parameter_of_which_the_statistics_say_nothing_is_asked_for():
    with pytest.raises(MappingError, match=r"nothing tells a likely value of \$2"):
        values("SELECT $2::int FROM notes WHERE author = $1", 2)
