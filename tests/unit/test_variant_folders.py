"""A folder with a variant.toml: found by its path, known by its name, different when any file differs."""

from pathlib import Path

import pytest

from harness.catalogue import known_names
from harness.errors import ExperimentError
from harness.experiment_file import experiment_from
from harness.scaffold.variant import scaffold_variant
from reference_server.errors import BrokenSql, BrokenVariant, NoVariantFolder, UnknownVariant
from reference_server.statements import slots, statements
from reference_server.variant import canonical_name, load_variant, variants
from reference_server.variant_folders import VARIABLE

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "team_chat"
TOML = 'summary = "Ours."\nfactor = "bundle"\nquestion = "What?"\nextends = "spec"\n'


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(VARIABLE, "")


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "variant.toml").write_text(TOML)
    return folder


def write(folder: Path, place: str, text: str) -> None:
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_a_path_is_a_variant_by_the_name_of_its_folder(mine: Path):
    assert load_variant(str(mine)).name == "mine"
    assert load_variant("mine").steps == load_variant(str(mine)).steps
    assert "mine" in variants()


def test_a_path_in_a_combination_is_its_name_there(mine: Path):
    assert load_variant(f"{mine}+hot_index").name == "mine+hot_index"


def test_an_experiments_paths_begin_beside_its_file(mine: Path):
    content = {
        "name": "own",
        "baseline": "spec",
        "candidates": ["./mine", "../" + mine.parent.name + "/mine+hot_index"],
        "scenarios": [{"name": "pagination", "rate": 10, "only": ["./mine"]}],
    }
    found = experiment_from(content, str(mine.parent / "own.toml"), known_names())
    assert found.candidates == ("mine", "mine+hot_index")
    assert found.scenarios[0].only == ("mine",)


def test_a_file_beside_it_takes_the_place_of_the_parents(mine: Path):
    write(mine, "queries/send/stored.sql", "SELECT 1;")
    write(mine, "indexes/mine.sql", "CREATE INDEX mine ON messages (id);")
    loaded = load_variant(str(mine))
    assert loaded.queries["send/stored"].text == "SELECT 1;"
    assert loaded.indexes["mine"].path == mine / "indexes" / "mine.sql"
    assert set(loaded.indexes) == {*load_variant("spec").indexes, "mine"}


def test_any_change_of_sql_or_names_is_another_snapshot(mine: Path):
    seen = {load_variant(str(mine)).fingerprint}
    assert seen == {load_variant("spec").fingerprint}
    write(mine, "queries/unread_total.sql", "SELECT 1;")
    seen.add(load_variant(str(mine)).fingerprint)
    write(mine, "queries/unread_total.sql", "SELECT 2;")
    seen.add(load_variant(str(mine)).fingerprint)
    write(mine, "variant.toml", TOML + '[names.columns.users]\navatar_url = "picture"\n')
    seen.add(load_variant(str(mine)).fingerprint)
    assert len(seen) == 4


def test_what_comes_from_the_parent_is_said_in_own_names_and_own_files_as_written(mine: Path):
    write(mine, "variant.toml", TOML + '[names.tables]\nmessages = "posts"\n')
    write(mine, "queries/send/stored.sql", "SELECT * FROM messages;")
    loaded = load_variant(str(mine))
    assert 'FROM "posts" AS newest' in loaded.queries["newest_page"].text
    assert 'CREATE TABLE "posts"' in loaded.tables["messages"].text
    assert loaded.queries["send/stored"].text == "SELECT * FROM messages;"


def test_the_parents_sql_that_needs_a_missing_column_is_refused_with_its_line_and_the_file_to_write(mine: Path):
    write(mine, "variant.toml", TOML + "[names.columns.messages]\nupdated_at = false\n")
    write(mine, "tables/messages.sql", "CREATE TABLE messages (id UUID);")
    with pytest.raises(BrokenSql, match=r"flag\.sql:3: .*messages\.updated_at.*queries/mark_read/messages\.sql"):
        load_variant(str(mine))


@pytest.mark.parametrize(
    ("place", "near"),
    [("queries/newest_pages.sql", "newest_page"), ("querys/x.sql", "queries"), ("stray.sql", "kind of choice")],
)
def test_a_file_that_nothing_reads_is_refused_with_near_names(mine: Path, place: str, near: str):
    write(mine, place, "SELECT 1;")
    with pytest.raises(BrokenVariant, match=near):
        load_variant(str(mine))


def test_a_key_that_no_variant_has_is_refused_with_near_names(mine: Path):
    write(mine, "variant.toml", TOML + "[nams]\n")
    with pytest.raises(BrokenVariant, match="nams: unknown key; expected one such as names"):
        load_variant(str(mine))


def test_names_of_its_own_are_a_folders_alone_and_of_one_database(mine: Path):
    write(mine, "variant.toml", TOML.replace("spec", "sharded_application") + '[names.tables]\nmessages = "posts"\n')
    with pytest.raises(BrokenVariant, match="shards are filled under the chat's names only"):
        load_variant(str(mine))


def test_a_path_that_leads_nowhere_says_how_to_make_one(mine: Path):
    with pytest.raises(NoVariantFolder, match=r"no file .*nowhere/variant.toml.*chatbench new variant nowhere"):
        load_variant(str(mine.parent / "nowhere"))


def test_a_name_that_is_taken_is_refused(mine: Path):
    write(mine.parent / "spec", "variant.toml", TOML)
    with pytest.raises(NoVariantFolder, match="comes with chatbench"):
        load_variant(str(mine.parent / "spec"))
    load_variant(str(mine))
    write(mine.parent / "other" / "mine", "variant.toml", TOML)
    with pytest.raises(NoVariantFolder, match="is taken by"):
        load_variant(str(mine.parent / "other" / "mine"))


def test_a_folder_asked_for_by_its_bare_name_is_suggested_as_a_path(mine: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(mine.parent)
    with pytest.raises(UnknownVariant, match=r"Did you mean \./mine"):
        load_variant("mine")
    with pytest.raises(ExperimentError, match=r"\./mine"):
        experiment_from({"name": "x", "baseline": "mine", "candidates": []}, "command line", known_names())


def test_a_parent_may_be_a_folder_beside_it(mine: Path):
    write(mine, "queries/unread_total.sql", "SELECT 1;")
    write(mine.parent / "child", "variant.toml", TOML.replace('"spec"', '"../mine"'))
    assert load_variant(str(mine.parent / "child")).queries["unread_total"].text == "SELECT 1;"


def test_the_example_has_sql_for_every_use_case():
    example = load_variant(str(EXAMPLE))
    assert set(slots(example)) == set(statements(example))


def test_a_scaffold_is_its_parent_until_it_is_changed(tmp_path: Path):
    folder = scaffold_variant("fresh", "spec", tmp_path, own=["newest_page"])
    made, spec = load_variant(str(folder)), load_variant("spec")
    assert made.indexes == spec.indexes
    assert made.queries["newest_page"].text.endswith(spec.queries["newest_page"].text)
    assert "takes $1 conversation (uuid), $2 user (uuid), $3 limit (integer)" in made.queries["newest_page"].text
    assert canonical_name("fresh") == "fresh"


def test_an_operation_added_later_is_written_in_own_names(tmp_path: Path):
    folder = scaffold_variant("later", "spec", tmp_path)
    toml = folder / "variant.toml"
    toml.write_text(toml.read_text().replace('# messages = "messages"', 'messages = "posts"'))
    scaffold_variant("later", "spec", tmp_path, own=["send/stored"])
    assert 'FROM "posts" AS stored' in (folder / "queries/send/stored.sql").read_text()
