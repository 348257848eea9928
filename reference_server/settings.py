"""Settings: what a server process is told, secrets by environment only."""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_SECRET_BYTES = 16
_ENVIRONMENT = ("CHATBENCH_POSTGRES", "CHATBENCH_REDIS", "CHATBENCH_TOKEN_SECRET")


class SettingsError(Exception):
    """The server cannot start as it was told to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """One server process."""

    postgres: str
    redis: str
    token_secret: bytes
    variant: str
    #: DSN of a standby that reads are sent to.
    replica: str | None
    #: DSNs of the databases beside the first.
    shards: tuple[str, ...]
    host: str
    #: 0 takes a free one.
    port: int
    #: To PostgreSQL, and at most as many to Redis.
    connections: int
    #: Where Prometheus is answered; None: nowhere, and nothing is counted.
    metrics_port: int | None
    metrics_host: str


def read_settings(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> Settings:
    """Raises SettingsError, and SystemExit(2) for wrong options."""
    options = _parser().parse_args(arguments)
    missing = [name for name in _ENVIRONMENT if not environment.get(name)]
    if missing:
        raise SettingsError(f"{', '.join(missing)} not set, so the server does not start. Set it in the environment.")
    secret = environment["CHATBENCH_TOKEN_SECRET"].encode()
    if len(secret) < _SECRET_BYTES:
        raise SettingsError(
            f"CHATBENCH_TOKEN_SECRET has {len(secret)} bytes and could be guessed, so the server does not start. "
            f"Use {_SECRET_BYTES} or more random ones."
        )
    return Settings(
        postgres=environment["CHATBENCH_POSTGRES"],
        redis=environment["CHATBENCH_REDIS"],
        token_secret=secret,
        variant=options.variant,
        replica=environment.get("CHATBENCH_POSTGRES_REPLICA") or None,
        shards=tuple(environment.get("CHATBENCH_POSTGRES_SHARDS", "").split()),
        host=options.host,
        port=options.port,
        connections=options.connections,
        metrics_port=_metrics_port(options.metrics_port, environment),
        metrics_host=options.metrics_host,
    )


def _metrics_port(option: int | None, environment: Mapping[str, str]) -> int | None:
    """The variable is for whoever starts the process that starts this one."""
    text = environment.get("CHATBENCH_SERVER_METRICS_PORT")
    if option is not None or not text:
        return option
    try:
        return _number(0, 65535)(text)
    except (ValueError, argparse.ArgumentTypeError) as problem:
        raise SettingsError(
            f"CHATBENCH_SERVER_METRICS_PORT is {text!r} ({problem}), so the server does not start. Give a port."
        ) from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m reference_server.serve",
        description="One process of the reference server; start several for a cluster.",
        epilog=f"Needs {', '.join(_ENVIRONMENT)} in the environment, and CHATBENCH_POSTGRES_REPLICA or "
        "CHATBENCH_POSTGRES_SHARDS where the variant has them. Prints one JSON line when it is ready.",
    )
    parser.add_argument("--variant", default="spec", help="the schema variant of the database (default: spec)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (default: 127.0.0.1)")
    parser.add_argument("--port", type=_number(0, 65535), default=0, help="port, 0 for a free one (default: 0)")
    parser.add_argument("--connections", type=_number(1, 1000), default=16, help="to PostgreSQL (default: 16)")
    parser.add_argument(
        "--metrics-port",
        type=_number(0, 65535),
        help="answer Prometheus at /metrics there, 0 for a free one (default: off)",
    )
    parser.add_argument(
        "--metrics-host",
        default="127.0.0.1",
        help="address of --metrics-port, which asks nobody for a token (default: 127.0.0.1)",
    )
    return parser


class _number:  # noqa: N801 - argparse shows the name of a type in its messages
    """A whole number within bounds."""

    def __init__(self, least: int, most: int) -> None:
        self._least, self._most = least, most

    def __call__(self, text: str) -> int:
        value = int(text)
        if not self._least <= value <= self._most:
            raise argparse.ArgumentTypeError(f"{value} is not between {self._least} and {self._most}")
        return value
