"""Servers' addresses: what may be shown of them, and the same server's other databases."""

from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from harness.stack.errors import EnvironmentFailed

_HIDDEN = "(an address that is no URL; not shown, since it may hold a password)"


def expect_postgres_url(address: str) -> None:
    _expect_url(address, ("postgresql", "postgres"), "postgresql://user:password@host:5432/database")


def expect_redis_url(address: str) -> None:
    _expect_url(address, ("redis", "rediss", "unix"), "redis://:password@host:6379/0")


def with_database(address: str, database: str) -> str:
    """The same PostgreSQL, another database."""
    parts = urlsplit(address)
    query = [(key, value) for key, value in parse_qsl(parts.query) if key not in ("dbname", "database")]
    return f"{parts.scheme}://{parts.netloc}/{quote(database)}" + (f"?{urlencode(query)}" if query else "")


def without_password(address: str) -> str:
    """The address as it may be shown."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return _HIDDEN
    # a password with a bare / ? or # ends up outside the netloc
    if not parts.scheme or "//" not in address or "@" in address.replace(parts.netloc, "", 1):
        return _HIDDEN
    user, at, host = parts.netloc.rpartition("@")
    if ":" in user:
        user = f"{user.split(':')[0]}:***"
    query = [(key, "***" if "pass" in key.lower() else value) for key, value in parse_qsl(parts.query)]
    shown = f"{parts.scheme}://{user}{at}{host}{parts.path}"
    return shown + (f"?{urlencode(query, safe='/*')}" if query else "")


def _expect_url(address: str, schemes: tuple[str, ...], example: str) -> None:
    try:
        parts = urlsplit(address)
        fits = parts.scheme in schemes and "://" in address and (parts.port is None or parts.port > 0)
    except ValueError:
        fits = False
    if not fits:
        raise EnvironmentFailed(
            f"The server's address is not a {schemes[0]} URL (it is not shown: it may hold a password). "
            f"Nothing was changed. It looks like {example}, with special characters of the password as %XX."
        )
