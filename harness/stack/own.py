"""The user's own servers: reached, checked for their version, never trusted with more than they allow."""

from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg
import redis.exceptions
from redis.asyncio import Redis as Client

from harness.stack.errors import EnvironmentFailed
from harness.stack.postgres import Postgres
from harness.stack.valkey import Redis

_OLDEST_POSTGRES = 150_000
_OLDEST_REDIS = 7


async def own_postgres(dsn: str) -> Postgres:
    """Raises EnvironmentFailed; its sentence never holds the password."""
    parts = urlsplit(dsn)
    database = unquote(parts.path.lstrip("/")) or "postgres"
    server = Postgres(template=urlunsplit(parts._replace(path="/{database}")), admin_database=database, embedded=False)
    where = f"PostgreSQL at {without_password(dsn)}"
    try:
        connection = await asyncpg.connect(dsn, timeout=10)
    except (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError) as error:
        raise EnvironmentFailed(
            f"{where} refused the login ({error}). Nothing was changed. Check user and password in --postgres."
        ) from None
    except (OSError, TimeoutError, asyncpg.PostgresError, ValueError) as error:
        raise EnvironmentFailed(
            f"{where} cannot be reached ({_reason(error)}). Nothing was changed. Check that it runs and the address "
            "is right, or leave --postgres out for the embedded server."
        ) from None
    try:
        version = int(await connection.fetchval("SHOW server_version_num"))
    finally:
        await connection.close()
    if version < _OLDEST_POSTGRES:
        raise EnvironmentFailed(
            f"{where} is version {version // 10000}, and chatbench needs 15 or newer. Nothing was changed. "
            "Use a newer server, or leave --postgres out for the embedded one."
        )
    return server


async def own_redis(url: str) -> Redis:
    """Raises EnvironmentFailed or ForeignDatabase; its sentence never holds the password."""
    parts = urlsplit(url)
    database = int(parts.path.lstrip("/") or 0)
    server = Redis(base=urlunsplit(parts._replace(path="")), database=database, embedded=False)
    where = f"Redis at {without_password(url)}"
    client: Client[Any] = Client.from_url(url, socket_connect_timeout=10)
    try:
        info = await client.info("server")
        await server.claim(client)
    except redis.exceptions.AuthenticationError:
        raise EnvironmentFailed(
            f"{where} refused the login. Nothing was changed. Check the password in --redis."
        ) from None
    except (redis.exceptions.RedisError, OSError) as error:
        raise EnvironmentFailed(
            f"{where} cannot be reached ({_reason(error)}). Nothing was changed. Check that it runs and the address "
            "is right, or leave --redis out for the embedded server."
        ) from None
    finally:
        await client.aclose()
    if "valkey_version" not in info and int(info["redis_version"].split(".")[0]) < _OLDEST_REDIS:
        raise EnvironmentFailed(
            f"{where} is version {info['redis_version']}, and chatbench needs Redis 7 or Valkey. Nothing was changed."
        )
    return server


def without_password(address: str) -> str:
    """The address as it may be shown."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    user = f"{parts.username}@" if parts.username else ""
    return urlunsplit(parts._replace(netloc=f"{user}{host}{port}", query=""))


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__
