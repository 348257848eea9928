"""The user's PostgreSQL without superuser or statistics, and behind TLS: what is missing is said, nothing fails."""

import shutil

import pytest

from datasets.generate import generate
from datasets.shape import dataset
from harness.doctor.doctor import checks
from harness.evidence import evidence_between, read_counters, read_wal
from harness.judging.limited import limit_warnings
from harness.seeding.databases import Mark, clone_database, drop_all, list_databases
from harness.seeding.snapshots import ensure_snapshot
from harness.stack import own
from harness.stack.config import StackConfig
from harness.stack.errors import AccessRefused, Untrusted
from harness.stack.limits import limits_of
from harness.stack.stack import open_stack
from harness.trial.warming import checkpoint, prewarm
from reference_server.variant import load_variant
from tests.integration.throwaway_postgres import DEBIAN_15, PASSWORD, postgres

BOB = f"CREATE ROLE bob LOGIN CREATEDB PASSWORD '{PASSWORD}'"
needs_15 = pytest.mark.skipif(
    not DEBIAN_15.exists(), reason="Debian's PostgreSQL 15 is not installed (apt-get install postgresql-15)"
)
needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl, which makes certificates, is missing")


@pytest.fixture(scope="module")
async def bare():
    """Debian's 15 as it comes: no module is loaded, and bob may create databases and nothing more."""
    async with postgres(programs=DEBIAN_15, counts_statements=False) as theirs:
        await theirs.execute(BOB)
        yield theirs


@pytest.fixture(scope="module")
async def counting():
    """The embedded 18 with its counters; a superuser made the extension in one database."""
    async with postgres() as theirs:
        await theirs.execute(BOB, "CREATE EXTENSION pg_stat_statements")
        yield theirs


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("limited")
    return generate(dataset("tiny", seed=1), folder), folder


async def snapshot_and_clone(theirs, data):
    server, (manifest, folder) = own.OwnPostgres(address=theirs.dsn("bob")), data
    variant = load_variant("baseline")
    snapshot = await ensure_snapshot(server, variant, manifest, folder, build="a", progress=lambda *_: None)
    await clone_database(server.admin_dsn, snapshot.database, "chatbench_limited", Mark(role="trial"))
    return snapshot, theirs.dsn("bob", "chatbench_limited")


async def limits(dsn):
    connection = await own.open_connection(dsn)
    try:
        return {limit.name: limit for limit in await limits_of(connection)}
    finally:
        await connection.close()


@needs_15
async def test_without_superuser_and_modules_every_limit_is_named_with_its_remedy(bare):
    found = await limits(bare.dsn("bob"))
    assert list(found) == ["pg_stat_statements", "pg_prewarm", "pg_walinspect", "CHECKPOINT"]
    assert found["pg_stat_statements"].seen == "not loaded"
    assert "GRANT pg_checkpoint" in found["CHECKPOINT"].remedy


@needs_15
async def test_a_superuser_of_15_lacks_what_16_brought(bare):
    found = await limits(bare.dsn())
    assert found["pg_walinspect"].seen == "before PostgreSQL 16"
    assert "CHECKPOINT" not in found


@needs_15
async def test_without_them_snapshots_are_built_warmed_and_counted_as_far_as_it_goes(bare, data, fresh_redis):
    snapshot, dsn = await snapshot_and_clone(bare, data)
    try:
        assert snapshot.queryids == {}
        connection = await own.open_connection(dsn)
        assert "tables were read once" in await prewarm(connection)
        assert "may not" in await checkpoint(connection)
        before = await read_counters(dsn, fresh_redis, admin_dsn=bare.dsn("bob"))
        await connection.execute("UPDATE users SET username = username || '.'")
        await connection.close()
        after = await read_counters(dsn, fresh_redis, admin_dsn=bare.dsn("bob"))
        wal = await read_wal(dsn, before.database["wal_position"], after.database["wal_position"])
        evidence = evidence_between(before, after, {"send/insert": 1}, wal=wal)
        assert evidence["statements"] is None
        assert evidence["wal_bytes"] > 0
        assert evidence["wal_image_bytes"] is None
        assert "pg_walinspect does not tell" in evidence["wal"]["note"]
        assert evidence["tables"]["users"]["updated"] > 0
    finally:
        await drop_all(bare.dsn("bob"))


async def test_one_databases_view_of_statements_tells_of_the_clones_too(counting, data, fresh_redis):
    assert "pg_stat_statements" not in await limits(counting.dsn("bob"))
    snapshot, dsn = await snapshot_and_clone(counting, data)
    try:
        before = await read_counters(dsn, fresh_redis, admin_dsn=counting.dsn("bob"))
        connection = await own.open_connection(dsn)
        for _ in range(3):
            await connection.fetch(load_variant("baseline").queries["membership"].text, *[None] * 2)
        await connection.close()
        after = await read_counters(dsn, fresh_redis, admin_dsn=counting.dsn("bob"))
        wal = await read_wal(dsn, before.database["wal_position"], after.database["wal_position"])
        statements = evidence_between(before, after, snapshot.queryids, wal=wal)["statements"]
        assert statements["membership"]["calls"] == 3
    finally:
        await drop_all(counting.dsn("bob"))


@needs_15
async def test_the_doctor_and_a_runs_record_say_what_is_missing(bare, servers, tmp_path):
    address = bare.dsn("bob")
    found = {check.name: check for check in await checks(StackConfig(home=tmp_path, postgres=address))}
    assert found["your PostgreSQL"].status == "ok"
    assert found["pg_stat_statements"].status == "warn"
    assert "are missing" in found["pg_stat_statements"].remedy
    async with open_stack(StackConfig(home=tmp_path, postgres=address, redis=servers.redis_url(43))) as stack:
        described = await stack.describe()
    warnings = limit_warnings({"environment": described})
    assert [one["kind"] for one in warnings] == ["limited_evidence"] * 4
    assert warnings[0]["text"].startswith("your PostgreSQL: pg_stat_statements: not loaded")
    assert PASSWORD not in str(described)


@needs_15
async def test_only_marked_databases_are_made_and_dropped(bare, data):
    await bare.execute("CREATE DATABASE precious OWNER bob")
    await snapshot_and_clone(bare, data)
    names = {one.name for one in await list_databases(bare.dsn("bob"))}
    assert "precious" not in names
    assert set(await drop_all(bare.dsn("bob"))) == names
    await bare.execute("DROP DATABASE precious")


@pytest.fixture(scope="module")
async def behind_tls():
    async with postgres(programs=DEBIAN_15, tls=True) as theirs:
        yield theirs


async def version(dsn):
    connection = await own.connect_postgres(dsn)
    try:
        return await connection.fetchval("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    finally:
        await connection.close()


@needs_15
@needs_openssl
async def test_verify_full_accepts_the_name_and_the_signer_that_it_is_told(behind_tls):
    root = f"&sslrootcert={behind_tls.folder}/ca.crt"
    assert await version(behind_tls.dsn(host="localhost", query=f"?sslmode=verify-full{root}"))
    assert await version(behind_tls.dsn(query=f"?sslmode=verify-ca{root}"))
    assert await version(behind_tls.dsn(query="?sslmode=require"))


@needs_15
@needs_openssl
@pytest.mark.parametrize(("host", "signer"), [("127.0.0.1", "ca"), ("localhost", "other")], ids=["name", "signer"])
async def test_verify_full_refuses_another_name_and_another_signer(behind_tls, host, signer):
    query = f"?sslmode=verify-full&sslrootcert={behind_tls.folder}/{signer}.crt"
    with pytest.raises(Untrusted, match="is not who sslmode asks for") as refused:
        await version(behind_tls.dsn(host=host, query=query))
    assert PASSWORD not in str(refused.value)
    assert refused.value.exit_code == 3


@needs_15
@needs_openssl
async def test_without_tls_the_servers_refusal_is_told(behind_tls):
    with pytest.raises(AccessRefused, match="refuses the user or the password"):
        await version(behind_tls.dsn(query="?sslmode=disable"))


@needs_15
@needs_openssl
async def test_a_clones_address_keeps_the_tls_options(behind_tls):
    root = f"?sslmode=verify-full&sslrootcert={behind_tls.folder}/ca.crt"
    server = own.OwnPostgres(address=behind_tls.dsn(host="localhost", query=root))
    connection = await own.open_connection(server.dsn("template1"))
    assert await connection.fetchval("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    await connection.close()
