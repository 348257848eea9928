"""The user's own servers: reached, let in, new enough, or a clear refusal. A password is never shown."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import asyncpg
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, AuthorizationError, NoPermissionError, RedisError

from harness.stack.address import expect_postgres_url, expect_redis_url, with_database, without_password
from harness.stack.errors import AccessRefused, EnvironmentFailed, TooOld, Unreachable, Untrusted
from harness.stack.redis_guard import RedisLease, empty_marked

#: CREATE DATABASE … STRATEGY, which cloning relies on, came with 15.
OLDEST_POSTGRES = 15
OLDEST_REDIS = 7
CONNECT_S = 10.0
_NOTHING_CHANGED = "Nothing was changed."


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnPostgres:
    """The user's PostgreSQL."""

    address: str
    embedded: bool = False

    def dsn(self, database: str) -> str:
        return with_database(self.address, database)

    @property
    def admin_dsn(self) -> str:
        path = urlsplit(self.address).path.strip("/")
        return self.address if path else self.dsn("postgres")

    @property
    def pid(self) -> int | None:
        return None

    def pids(self) -> list[int]:
        """Not ours to know: it may run on another host."""
        return []


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnRedis:
    """One logical database of the user's Redis."""

    address: str
    lease: RedisLease
    embedded: bool = False
    #: Whether its owner lets a variant's settings be set for the length of a trial.
    may_configure: bool = False

    def url(self, database: int = 0) -> str:
        """Of the one logical database that was claimed; others are not ours to use."""
        if database != 0:
            raise EnvironmentFailed(
                f"Logical database {database} was asked for, but only the one in the given address is claimed. "
                f"{_NOTHING_CHANGED} Use one database, or the embedded server."
            )
        return self.address

    @property
    def pid(self) -> int | None:
        return None

    async def empty(self, client: Redis) -> None:
        """Empty the claimed database, but for mark and lease."""
        await empty_marked(client, self.lease)


async def connect_postgres(address: str) -> asyncpg.Connection:
    """A connection to a server that fits, or an error that says what is wrong with it."""
    expect_postgres_url(address)
    connection = await open_connection(OwnPostgres(address=address).admin_dsn)
    try:
        await _check_postgres(connection, without_password(address))
    except BaseException:
        await connection.close()
        raise
    return connection


async def open_connection(
    address: str, *, settings: Mapping[str, str] | None = None, statement_cache_size: int = 100
) -> asyncpg.Connection:
    """A connection, whatever the server is fit for; or an error that says why there is none."""
    expect_postgres_url(address)
    shown = without_password(address)
    try:
        return await asyncpg.connect(
            address,
            timeout=CONNECT_S,
            server_settings=None if settings is None else dict(settings),
            statement_cache_size=statement_cache_size,
        )
    except (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError) as error:
        raise AccessRefused(
            f"PostgreSQL at {shown} refuses the user or the password ({type(error).__name__}). {_NOTHING_CHANGED} "
            "Check user, password and pg_hba.conf; PGPASSWORD and ~/.pgpass work too."
        ) from None
    except ssl.SSLError as error:
        raise Untrusted(
            f"PostgreSQL at {shown} is not who sslmode asks for: {_reason(error)}. {_NOTHING_CHANGED} Give the "
            "certificate that signed the server's with sslrootcert, and the host name that stands in it."
        ) from None
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        raise Unreachable(
            f"PostgreSQL at {shown} cannot be reached: {_reason(error)}. {_NOTHING_CHANGED} "
            "Check host, port and database, and whether the server runs; without --postgres chatbench starts its own."
        ) from None


async def _check_postgres(connection: asyncpg.Connection, shown: str) -> None:
    if (major := connection.get_server_version().major) < OLDEST_POSTGRES:
        raise TooOld(
            f"PostgreSQL at {shown} is version {major}, and chatbench clones databases with what came in "
            f"{OLDEST_POSTGRES}. {_NOTHING_CHANGED} Use {OLDEST_POSTGRES} or newer, or the embedded server."
        )
    role = await connection.fetchrow("SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user")
    if not role or not (role["rolsuper"] or role["rolcreatedb"]):
        raise AccessRefused(
            f"The user of {shown} may not create databases, and every trial gets one. {_NOTHING_CHANGED} "
            "As a superuser: ALTER ROLE … CREATEDB; or look without writing: chatbench audit."
        )


async def check_redis(client: Redis, address: str) -> None:
    """Raise if the server does not answer, does not let us in, or is too old."""
    expect_redis_url(address)
    shown = without_password(address)
    try:
        server = await client.info("server")
    except (OSError, TimeoutError, RedisError) as error:
        raise (_refused(shown) if _is_refusal(error) else _no_answer(shown, error)) from None
    version = str(server.get("redis_version", "0"))
    if "valkey_version" not in server and int(version.split(".", maxsplit=1)[0]) < OLDEST_REDIS:
        raise TooOld(
            f"Redis at {shown} is version {version}, and chatbench needs {OLDEST_REDIS} or newer. {_NOTHING_CHANGED} "
            "Use a newer Redis, any Valkey, or the embedded server."
        )


def _is_refusal(error: BaseException) -> bool:
    """Over a Unix socket redis-py wraps what the server said."""
    cause: BaseException | None = error
    while cause:
        if isinstance(cause, AuthenticationError | AuthorizationError | NoPermissionError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _refused(shown: str) -> AccessRefused:
    return AccessRefused(
        f"Redis at {shown} refuses the user or the password. {_NOTHING_CHANGED} "
        "Check the password in the URL and the user's rights."
    )


def _no_answer(shown: str, error: BaseException) -> Unreachable:
    return Unreachable(
        f"Redis at {shown} cannot be reached: {_reason(error)}. {_NOTHING_CHANGED} "
        "Check host, port and database, and whether the server runs; without --redis chatbench starts its own Valkey."
    )


def _reason(error: BaseException) -> str:
    if isinstance(error, TimeoutError) and not str(error):
        return f"no answer within {CONNECT_S:.0f} s"
    return str(error).rstrip(".") or type(error).__name__
