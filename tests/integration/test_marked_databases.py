from uuid import uuid4

import asyncpg
import pytest

from harness.seeding.databases import (
    Mark,
    clone_database,
    create_database,
    drop_all,
    drop_database,
    list_databases,
    mark_database,
    seal,
)
from harness.stack.errors import DatabaseFailed, NotOurs

#: What a session's owner sees depends on whether the server's farewell has been read yet.
ENDED = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)


@pytest.fixture
async def admin(servers):
    return servers.admin_dsn


@pytest.fixture
async def name(admin):
    name = f"test_{uuid4().hex}"
    await create_database(admin, name, Mark(role="test", facts={"it's": ["quoted", 1]}))
    yield name
    await drop_database(admin, name)


@pytest.fixture
async def foreign(admin):
    """A database that chatbench did not make."""
    name = f"foreign_{uuid4().hex}"
    connection = await asyncpg.connect(admin)
    await connection.execute(f"CREATE DATABASE {name}")
    yield name
    await connection.execute(f"DROP DATABASE {name}")
    await connection.close()


async def found(admin, name):
    return next((database for database in await list_databases(admin) if database.name == name), None)


async def run(dsn, statement):
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetch(statement)
    finally:
        await connection.close()


async def test_a_database_is_listed_with_its_mark(admin, name):
    assert (await found(admin, name)).mark == Mark(role="test", facts={"it's": ["quoted", 1]})


async def test_a_mark_can_be_replaced(admin, name):
    await mark_database(admin, name, Mark(role="snapshot", facts={"ready": True}))
    assert (await found(admin, name)).mark.facts == {"ready": True}


async def test_a_foreign_database_is_neither_listed_nor_touched(admin, foreign):
    assert await found(admin, foreign) is None
    for act in (
        drop_database(admin, foreign),
        seal(admin, foreign),
        mark_database(admin, foreign, Mark(role="test")),
        clone_database(admin, foreign, "test_never", Mark(role="test")),
    ):
        with pytest.raises(NotOurs, match="Nothing was changed") as refused:
            await act
        assert refused.value.exit_code == 3
    await drop_all(admin, roles=["no such role"])
    assert await run(admin, f"SELECT 1 FROM pg_database WHERE datname = '{foreign}' AND datallowconn")


async def test_a_name_that_is_taken_is_refused_and_keeps_its_mark(admin, name, foreign):
    for taken in (name, foreign):
        with pytest.raises(DatabaseFailed, match="exists already"):
            await create_database(admin, taken, Mark(role="trial"))
    assert (await found(admin, name)).mark.role == "test"
    assert await found(admin, foreign) is None


async def test_dropping_what_is_not_there_is_fine(admin):
    await drop_database(admin, "test_never_made")


async def test_a_sealed_database_loses_its_sessions_lets_nobody_in_and_can_be_cloned(servers, admin, name):
    await run(servers.dsn(name), "CREATE TABLE kept AS SELECT generate_series(1, 10) AS n")
    lingering = await asyncpg.connect(servers.dsn(name))
    await seal(admin, name)
    with pytest.raises(ENDED):
        await lingering.fetch("SELECT 1")
    await lingering.close()
    with pytest.raises(asyncpg.PostgresError):
        await asyncpg.connect(servers.dsn(name))
    assert (await found(admin, name)).sealed
    clone = f"test_{uuid4().hex}"
    await clone_database(admin, name, clone, Mark(role="test"))
    try:
        assert len(await run(servers.dsn(clone), "SELECT * FROM kept")) == 10
        assert not (await found(admin, clone)).sealed
    finally:
        await drop_database(admin, clone)


async def test_a_clone_of_nothing_says_what_to_build(admin):
    with pytest.raises(DatabaseFailed, match="Build the snapshot first"):
        await clone_database(admin, "test_never_made", "test_never", Mark(role="test"))


async def test_a_database_is_dropped_under_an_open_session(servers, admin, name):
    session = await asyncpg.connect(servers.dsn(name))
    await drop_database(admin, name)
    assert await found(admin, name) is None
    with pytest.raises(ENDED):
        await session.fetch("SELECT 1")
    await session.close()


async def test_dropping_all_of_a_role_leaves_the_others(admin, name):
    other = f"test_{uuid4().hex}"
    await create_database(admin, other, Mark(role="passing"))
    assert await drop_all(admin, roles=["passing"]) == [other]
    assert await found(admin, name)
