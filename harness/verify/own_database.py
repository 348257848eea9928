"""The user's own database: tried in one transaction that is rolled back, or on a clone, and never changed.

Redis is chatbench's own, started for this: what is tried here must not reach the one that an application uses.
"""

import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
from redis.asyncio import Redis

from harness.seeding.databases import Mark, drop_database, mark_new, quoted
from harness.stack import binaries, valkey
from harness.stack.accounts import server_account
from harness.stack.address import expect_postgres_url, with_database, without_password
from harness.stack.home import locked, server_folder
from harness.stack.own import OwnPostgres
from harness.verify.checking import run_checks
from harness.verify.equality import unasked
from harness.verify.errors import VerifyError
from harness.verify.one_transaction import OneTransaction
from harness.verify.site import Site, rolled_back
from harness.verify.variant_site import site_over
from harness.verify.verifying import Verification
from reference_server.chat import Chat
from reference_server.fanout import make_publisher, transport_of
from reference_server.prepared import PreparedConnection
from reference_server.variant import Variant

_CONNECT_S = 10.0
#: Nobody waits for us, and we wait for nobody: a check that would is told as not run.
_SETTINGS = {
    "application_name": "chatbench verify",
    "lock_timeout": "2s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
}
_NOTHING_CHANGED = "Nothing was changed."


async def verify_own(
    address: str, database: str, variant: Variant, *, home: Path, clone: bool, told: Callable[[str], Any]
) -> Verification:
    """Whether a database gives every guarantee; the variant says with which statements it is used, and excuses nothing.

    Raises VerifyError when the database cannot be reached or cloned.
    """
    started = time.perf_counter()
    expect_postgres_url(address)
    strict = replace(variant, known_gaps=())
    opened = _on_clone if clone else _in_one_transaction
    async with _scratch_redis(home) as redis_url, opened(address, database, strict, redis_url) as site:
        outcomes = [*await run_checks(site, told=told), unasked("needs a dataset, whose answers are known")]
    return Verification(name=database, known_gaps=(), outcomes=outcomes, took_s=time.perf_counter() - started)


@asynccontextmanager
async def _in_one_transaction(address: str, name: str, variant: Variant, redis_url: str) -> AsyncIterator[Site]:
    database = await _connect(with_database(address, name), address)
    redis: Redis = Redis.from_url(redis_url, protocol=2)
    try:
        async with rolled_back(database):
            places = OneTransaction(database)
            chat = Chat(places, redis, variant, make_publisher(transport_of(variant), places))
            yield Site(variant=variant, database=database, chat=chat, redis=redis, is_clone=False)
    finally:
        await redis.aclose()
        await database.close()


@asynccontextmanager
async def _on_clone(address: str, name: str, variant: Variant, redis_url: str) -> AsyncIterator[Site]:
    admin = OwnPostgres(address=with_database(address, "postgres")).admin_dsn
    clone = f"chatbench_verify_{secrets.token_hex(4)}"
    connection = await _connect(admin, address)
    try:
        await connection.execute(f"CREATE DATABASE {quoted(clone)} TEMPLATE {quoted(name)} STRATEGY FILE_COPY")
        await mark_new(connection, clone, Mark(role="trial"))
    except asyncpg.PostgresError as problem:
        raise VerifyError(
            f"Database {name} cannot be cloned: {problem}. {_NOTHING_CHANGED} A clone needs CREATEDB and a database to "
            "which nobody is connected; without --clone everything is tried in one transaction that is rolled back."
        ) from problem
    finally:
        await connection.close()
    try:
        async with site_over(with_database(address, clone), redis_url, variant) as site:
            yield site
    finally:
        await drop_database(admin, clone)


async def _connect(dsn: str, address: str) -> PreparedConnection:
    try:
        return await PreparedConnection.connect(dsn, timeout=_CONNECT_S, server_settings=_SETTINGS)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
        raise VerifyError(
            f"The database at {without_password(address)} cannot be opened: {problem or type(problem).__name__}. "
            f"{_NOTHING_CHANGED} Check address, name, user and password."
        ) from problem


@asynccontextmanager
async def _scratch_redis(home: Path) -> AsyncIterator[str]:
    account = server_account()
    with (
        locked(home),
        valkey.running(server_folder(home, account), binaries.valkey_program(account), account) as server,
    ):
        await valkey.ready(server)
        yield server.url(0)
