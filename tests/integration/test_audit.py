"""An existing schema audited on PostgreSQL 18 and on Debian's 15: every rule, no writing, and suggestions that hold."""

from collections import Counter

import asyncpg
import pytest

from datasets.generate import generate
from datasets.load import copy_table
from datasets.shape import dataset
from harness.evidence.questions import record_reads
from harness.lint.audit import audit
from harness.lint.mapping import Operation
from harness.lint.reading import read_only
from harness.lint.rules import RULES
from harness.seeding.databases import Mark, create_database, drop_database
from harness.stack.address import with_database
from reference_server.schema import whole
from reference_server.variant import load_variant
from tests.integration.throwaway_postgres import DEBIAN_15, postgres

PLANTED = (
    "CREATE TABLE users (id bigint PRIMARY KEY, name text)",
    """CREATE TABLE notes (id bigint PRIMARY KEY, author bigint NOT NULL REFERENCES users ON DELETE CASCADE,
        at timestamptz NOT NULL, topic int NOT NULL, flag boolean NOT NULL, title text NOT NULL)""",
    "INSERT INTO users SELECT n, 'user ' || n FROM generate_series(1, 500) n",
    """INSERT INTO notes SELECT n, 1 + n % 500, '2026-01-01'::timestamptz + n * interval '1 minute', n % 900,
        n % 2 = 0, md5((n % 9000)::text) FROM generate_series(1, 20000) n""",
    # as on an SSD
    "ALTER DATABASE test_audit_planted SET random_page_cost = 1.1",
    "CREATE INDEX notes_at ON notes (at)",
    "CREATE INDEX notes_topic_at ON notes (topic, at)",
    "CREATE INDEX notes_flag ON notes (flag)",
    "CREATE INDEX notes_title ON notes (title)",
    # a table that shrank
    "CREATE TABLE logs (n bigint NOT NULL)",
    "INSERT INTO logs SELECT generate_series(1, 100000)",
    "CREATE INDEX logs_n ON logs (n)",
    "SET enable_seqscan = off",
    "SELECT count(*) FROM notes WHERE at = '2026-01-02'",
    "SELECT count(*) FROM notes WHERE topic = 3 AND at > '2026-01-02'",
    "SELECT count(*) FROM notes WHERE flag",
    "SELECT count(*) FROM logs WHERE n = 7",
    "CREATE INDEX notes_at_again ON notes (at)",
    "CREATE INDEX notes_topic ON notes (topic)",
    "DELETE FROM logs WHERE n % 10 <> 0",
    "VACUUM ANALYZE",
)
PAGE = "SELECT id, title FROM notes WHERE author = $1 AND (at, id) < ($2, $3) ORDER BY at DESC, id DESC LIMIT $4"


@pytest.fixture(scope="module", params=["18", "15"])
async def server(request, servers):
    """A superuser's address of a server of that version."""
    if request.param == "18":
        yield servers.admin_dsn
        return
    if not DEBIAN_15.exists():
        pytest.skip("Debian's PostgreSQL 15 is not installed (apt-get install postgresql-15)")
    async with postgres(programs=DEBIAN_15) as theirs:
        yield theirs.dsn()


@pytest.fixture(scope="module")
async def planted(server):
    name = "test_audit_planted"
    await create_database(server, name, Mark(role="test"))
    dsn = with_database(server, name)
    await executed(dsn, *PLANTED)
    with pytest.raises(asyncpg.UniqueViolationError):
        await executed(dsn, "CREATE UNIQUE INDEX CONCURRENTLY notes_title_once ON notes (title)")
    yield dsn
    await drop_database(server, name)


async def executed(dsn, *statements):
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def counted(dsn, query):
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_on_a_planted_schema_each_rule_fires_exactly_once(planted):
    found = await audit(planted)
    assert Counter(finding.rule for finding in found.findings) == Counter(list(RULES))
    assert {finding.rule: finding.subject for finding in found.findings} == {
        "invalid": "notes_title_once",
        "duplicate": "notes_at_again",
        "prefix": "notes_topic",
        "unused": "notes_title",
        "low_selectivity": "notes_flag",
        "bloated": "logs_n",
        "missing_foreign_key_index": "notes_author_fkey",
    }


async def test_the_server_itself_refuses_to_write_on_the_audits_connection(planted):
    async with read_only(planted) as connection:
        for statement in ("INSERT INTO users VALUES (0)", "CREATE TABLE mine ()", "DROP INDEX notes_title"):
            with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
                await connection.execute(statement)
        assert await connection.fetchval("SHOW statement_timeout") == "10s"


async def test_an_operation_that_writes_is_explained_and_never_executed(planted):
    before = await counted(planted, "SELECT count(*) FROM notes")
    delete = Operation(name="forget", sql="DELETE FROM notes WHERE author = $1")
    found = await audit(planted, [delete], analyze=True)
    assert found.plans[0].execution_ms is None
    assert found.notes == ["explained and not executed, since they write or lock rows: forget"]
    assert await counted(planted, "SELECT count(*) FROM notes") == before


async def test_a_function_that_writes_is_stopped_by_the_server(planted):
    await executed(planted, "CREATE SEQUENCE IF NOT EXISTS numbers")
    found = await audit(planted, [Operation(name="next", sql="SELECT nextval('numbers')")], analyze=True)
    assert not found.plans
    assert "read-only transaction" in found.notes[0]


async def test_one_operation_that_cannot_be_planned_leaves_the_others(planted):
    wrong = Operation(name="wrong", sql="SELECT nothing FROM notes")
    found = await audit(planted, [wrong, Operation(name="page", sql=PAGE)])
    assert [plan.operation for plan in found.plans] == ["page"]
    assert found.notes[0].startswith("wrong: no plan")


async def test_parameters_are_sampled_and_selects_executed_only_when_asked(planted):
    page = Operation(name="page", sql=PAGE)
    assert (await audit(planted, [page])).plans[0].execution_ms is None
    plan = (await audit(planted, [page], analyze=True)).plans[0]
    assert plan.execution_ms > 0
    assert plan.blocks > 0


async def test_what_is_suggested_leaves_no_whole_read_and_no_sort(planted):
    page = Operation(name="page", sql=PAGE)
    (suggested,) = (await audit(planted, [page])).candidates
    assert suggested.sql == "CREATE INDEX notes_author_at_id ON notes (author, at DESC, id DESC);"
    await executed(planted, suggested.sql, "ANALYZE notes")
    try:
        after = await audit(planted, [page])
        assert list(after.plans[0].left()) == []
        assert after.plans[0].indexes == {"notes_author_at_id"}
        assert after.candidates == []
        # it serves the foreign key as well
        assert "missing_foreign_key_index" not in {finding.rule for finding in after.findings}
    finally:
        await executed(planted, "DROP INDEX notes_author_at_id")


async def test_a_role_that_may_read_nothing_gets_a_note_and_what_the_catalog_tells(planted):
    await executed(
        planted, "DROP ROLE IF EXISTS test_audit_guest", "CREATE ROLE test_audit_guest LOGIN PASSWORD 's3cret'"
    )
    head, _, tail = planted.partition("@")
    guest = f"{head.split('//')[0]}//test_audit_guest:s3cret@{tail}"
    found = await audit(guest, [Operation(name="page", sql=PAGE)])
    assert "no statistics of" in found.notes[0]
    assert "page: no plan" in found.notes[1]
    assert {"invalid", "duplicate", "prefix", "unused"} <= {finding.rule for finding in found.findings}
    await executed(planted, "DROP ROLE test_audit_guest")


async def test_partitions_are_one_table_with_one_index(fresh_database):
    await executed(
        fresh_database,
        "CREATE TABLE parts (id int NOT NULL, at int NOT NULL) PARTITION BY RANGE (at)",
        "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (5000)",
        "CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (5000) TO (10000)",
        "CREATE INDEX parts_id ON parts (id)",
        "INSERT INTO parts SELECT n % 700, n FROM generate_series(0, 9999) n",
        "ANALYZE",
    )
    newest = Operation(name="newest", sql="SELECT * FROM parts WHERE id = $1 ORDER BY at DESC LIMIT 5")
    found = await audit(fresh_database, [newest])
    assert list(found.schema.tables) == ["parts"]
    (index,) = found.schema.indexes
    assert index.bytes > 16_384
    assert index.planned_by == ("newest",)
    assert found.schema.tables["parts"].rows == 10_000


async def test_the_lint_of_baseline_names_the_indexes_that_lean_drops(fresh_database, fresh_redis, tmp_path):
    manifest = generate(dataset("tiny", seed=1), tmp_path)
    await executed(
        fresh_database,
        "SET chatbench.data_from = '2020-01-01'; SET chatbench.data_to = '2027-12-31';"
        + "".join(step.text for step in whole(load_variant("baseline"))),
    )
    connection = await asyncpg.connect(fresh_database)
    for table in ("users", "conversations", "messages", "blocks"):
        await copy_table(connection, table, tmp_path)
    await connection.execute("VACUUM (ANALYZE)")
    await connection.close()
    asked = await record_reads(fresh_database, fresh_redis, load_variant("baseline"), manifest.dataset, manifest.strata)
    operations = [Operation(name=one.slot, sql=one.sql, parameters=one.arguments) for one in asked.asked]
    found = await audit(fresh_database, operations)
    kept = load_variant("lean").indexes
    told = {finding.subject for finding in found.findings if finding.rule in ("duplicate", "prefix", "unused")}
    dropped = {name for name in load_variant("baseline").indexes if name not in kept}
    # one finds conversations by their first member, which only spec's unique pair does as well
    assert told >= dropped - {"idx_conversation_users", "idx_messages_is_read", "idx_conversation_messages"}
    assert not told & set(kept)
    assert {one.sql.split(" ON ")[1] for one in found.candidates} >= {
        "messages (conversation_id, created_at DESC, id DESC);",
        "messages (conversation_id, type, created_at DESC, id DESC);",
    }
