"""A schema of one's own: the example builds and answers, and mistakes are told with file and line, or key."""

import shutil
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from datasets.generate import generate
from datasets.shape import dataset
from harness.seeding.databases import Mark, clone_database, drop_database, list_databases
from harness.seeding.rehearsal import rehearse
from harness.seeding.snapshots import ensure_snapshot
from reference_server.errors import BrokenVariant, VariantError
from reference_server.names import CHAT
from reference_server.schema import whole
from reference_server.statements import query_ids
from reference_server.variant import load_variant
from reference_server.variant_folders import VARIABLE

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "team_chat"
_WRONG_COUNTS = """
SELECT count(*) FROM members AS m
WHERE m.unread <> (
    SELECT count(*) FROM posts AS p WHERE p.room_id = m.room_id AND p.reader_id = m.account_id AND NOT p.seen
)
"""


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(VARIABLE, "")


@pytest.fixture
async def database(fresh_database: str):
    connection = await asyncpg.connect(fresh_database, statement_cache_size=0)
    yield connection
    await connection.close()


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A copy of the example, to break."""
    return shutil.copytree(EXAMPLE, tmp_path / "mine")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    return generate(dataset("tiny", seed=1), folder), folder


def change(folder: Path, place: str, old: str, new: str) -> None:
    path = folder / place
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


async def test_the_example_builds_and_each_statement_has_a_query_id_of_its_own(database):
    example = load_variant(str(EXAMPLE))
    for step in whole(example):
        await database.execute(step.text)
    assert set((await query_ids(database, example)).values()) == set(example.queries)


async def test_indexes_and_storage_that_ship_can_be_tried_on_it(database):
    for other in ("hot_index", "covering_page", "fillfactor90", "no_secondary_indexes"):
        await rehearse(database, load_variant(f"{EXAMPLE}+{other}"))


@pytest.mark.parametrize(
    ("place", "old", "new", "told"),
    [
        ("queries/newest_page.sql", "page.body AS", "page.bdy AS", r"newest_page\.sql:4: .*page\.bdy does not exist"),
        ("queries/newest_page.sql", "page.body AS content", "page.body", r"newest_page\.sql:2: .*no column content"),
        ("queries/newest_page.sql", "LIMIT $3", "LIMIT 50", r"takes 2 parameters, and the operation gives 3"),
        ("queries/newest_page.sql", "page.seen AS", "page.kind AS", r"column is_read is text.*reads bool"),
        ("queries/unread_total.sql", "WHERE", "WERE", r"unread_total\.sql:4: .*syntax error"),
        ("tables/messages.sql", "    body TEXT", "    body TXT", r"messages\.sql:8: .*\"txt\" does not exist"),
        ("keys/members_pkey.sql", "account_id, room_id", "account, room_id", r"members_pkey\.sql:2: .*\"account\""),
        ("derived/members.sql", "SELECT side", "SELECT sied", r"derived/members\.sql:3: .*\"sied\""),
    ],
)
async def test_sql_that_cannot_be_used_is_told_with_its_file_and_line(database, mine, place, old, new, told):
    change(mine, place, old, new)
    with pytest.raises(VariantError, match=f"(?s){told}"):
        await rehearse(database, load_variant(str(mine)))
    # nothing of the rehearsal stays
    assert await database.fetchval("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace") == 0


async def test_names_that_disagree_with_the_tables_are_told_before_the_sql_that_stumbles_over_them(database, mine):
    change(mine, "variant.toml", '"body"', '"boddy"')
    with pytest.raises(BrokenVariant, match="posts has no column 'boddy'"):
        await rehearse(database, load_variant(str(mine)))


async def test_sql_of_the_parent_that_the_schema_cannot_answer_is_not_to_be_corrected_but_written_anew(database, mine):
    (mine / "queries" / "unread_total.sql").unlink()
    wanted = "It is spec's SQL said in your names, and needs what your schema lacks"
    with pytest.raises(VariantError, match=f"{wanted}.*write .*/mine/queries/unread_total.sql"):
        await rehearse(database, load_variant(str(mine)))


@pytest.mark.parametrize(
    ("place", "old", "new", "key", "told"),
    [
        ("variant.toml", '"body"', '"boddy"', "names.columns.messages.content", "no column 'boddy'.*such as body"),
        ("tables/messages.sql", "body TEXT", "body INTEGER", "names.columns.messages.content", "body is int4"),
        (
            "tables/messages.sql",
            "seen_at TIMESTAMP WITH TIME ZONE",
            "seen_at DATE",
            "names.columns.messages.read_at",
            "date",
        ),
        ("variant.toml", '"mutes"', '"mute"', "names.tables.blocks", "no table 'mute'"),
        ("tables/users.sql", " DEFAULT 'en'", "", "names.columns.users", "locale is NOT NULL without a default"),
    ],
)
async def test_rows_that_have_nowhere_to_go_are_told_with_the_key_that_sends_them(
    servers, data, mine, place, old, new, key, told
):
    # what PostgreSQL itself would say first is another test's: here the names and the tables disagree
    for folder in ("queries", "keys", "derived", "constraints"):
        shutil.rmtree(mine / folder)
    change(mine, place, old, new)
    manifest, folder = data
    broken = load_variant(str(bare(mine)))
    with pytest.raises(BrokenVariant, match=f"(?s){told}") as refused:
        await ensure_snapshot(servers.stack.postgres, broken, manifest, folder, build="t", progress=lambda *_: None)
    assert (refused.value.file, refused.value.key) == (mine / "variant.toml", key)
    left = [one.name for one in await list_databases(servers.admin_dsn) if "mine" in one.name]
    assert left == []


def bare(folder: Path) -> Path:
    """Tables alone."""
    toml = folder / "variant.toml"
    spec = load_variant("spec")
    removed = "".join(
        f"removes.{kind} = {list(getattr(spec, kind))}\n".replace("'", '"')
        for kind in ("keys", "indexes", "constraints", "queries")
    )
    text = toml.read_text()
    toml.write_text(text.replace("[names.tables]", removed + "\n[names.tables]"))
    return folder


async def test_rows_and_counters_arrive_under_own_names_and_the_snapshot_is_kept(servers, data):
    manifest, folder = data
    example = load_variant(str(EXAMPLE))
    made, kept = [
        await ensure_snapshot(servers.stack.postgres, example, manifest, folder, build="t", progress=lambda *_: None)
        for _ in range(2)
    ]
    assert kept == made
    clone = f"test_{uuid4().hex}"
    await clone_database(servers.admin_dsn, made.database, clone, Mark(role="test"))
    connection = await asyncpg.connect(servers.dsn(clone))
    try:
        rows = {
            table: await connection.fetchval(f"SELECT count(*) FROM {example.names.table(table)}") for table in CHAT
        }
        assert rows == dict(manifest.rows)
        assert await connection.fetchval(_WRONG_COUNTS) == 0
    finally:
        await connection.close()
        await drop_database(servers.admin_dsn, clone)


async def test_fillfactor_reaches_plain_tables_partitions_and_months_made_later(database):
    async def options(table: str) -> list[str] | None:
        return await database.fetchval("SELECT reloptions FROM pg_class WHERE relname = $1", table)

    for name, tables in (
        ("fillfactor90", ("messages", "conversations")),
        ("monthly+fillfactor90", ("conversations", "messages_2026_10", "messages_2031_03")),
        ("monthly_hash+fillfactor90", ("messages_2026_10_0", "messages_2031_03_3")),
        ("monthly_default+fillfactor90", ("messages_2026_10", "messages_default", "messages_2031_03")),
    ):
        transaction = database.transaction()
        await transaction.start()
        await database.execute(
            "SET LOCAL chatbench.data_from = '2026-10-01'; SET LOCAL chatbench.data_to = '2026-10-31'"
        )
        for step in whole(load_variant(name)):
            await database.execute(step.text)
        if "monthly" in name:
            await database.execute("SELECT add_messages_month('2031-03-01')")
        assert {table: await options(table) for table in tables} == {table: ["fillfactor=90"] for table in tables}
        await transaction.rollback()


async def test_every_storage_option_changes_a_table(database):
    for name in ("fillfactor80", "fillfactor90", "autovacuum_tuned", "hot_updates"):
        transaction = database.transaction()
        await transaction.start()
        variant = load_variant(name)
        for step in whole(variant):
            await database.execute(step.text)
        changed = await database.fetchval(
            "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND reloptions IS NOT NULL"
        )
        await transaction.rollback()
        assert changed >= len({slot.split("_")[0] for slot in variant.storage}), name
