"""Conforming: every check against one server, and what came of each."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any, Literal

import aiohttp

from harness.conform.errors import AddressError, Deviation, NotRun, UnreachableError
from harness.conform.identity import CommandTokens, SignedTokens, Tokens
from harness.conform.site import Site

#: In the order in which they are tried and told.
CHECKS = (
    *("health", "tokens", "problems", "bad_requests", "sign_up"),
    *("open_conversation", "send", "bad_messages", "resend", "page_order", "page_cursors", "conversation_list"),
    *("unread", "media", "delete_message", "blocks", "presence", "strangers_read", "strangers_write", "leaving"),
    *("socket_tokens", "socket_delivery", "socket_devices", "socket_strangers", "socket_resume", "socket_events"),
    *("socket_errors", "socket_expiry"),
)
_REQUEST_S = 30.0
_IDLE_S = 1.0
_BROKEN = (aiohttp.ClientError, TimeoutError, KeyError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """One check of one server."""

    check: str
    #: What the protocol promises, in one line.
    promise: str
    state: Literal["pass", "fail", "not run"]
    seen: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Conformance:
    """Every check of one server."""

    urls: tuple[str, ...]
    checks: tuple[Checked, ...]
    took_s: float

    @property
    def deviations(self) -> list[Checked]:
        return [one for one in self.checks if one.state == "fail"]


def urls_of(text: str) -> tuple[str, ...]:
    """Base URLs, comma-separated. Raises AddressError."""
    urls = tuple(url.strip().rstrip("/") for url in text.split(","))
    if not all(url.startswith(("http://", "https://")) for url in urls):
        raise AddressError(f"{text!r} is no URL, so nothing was checked. Give one such as http://127.0.0.1:8000.")
    return urls


def tokens_of(secret: str | None, command: str | None) -> Tokens:
    """Raises AddressError when there is neither."""
    if command:
        return CommandTokens(command)
    if not secret:
        raise AddressError(
            "Nothing can sign tokens, so every request would be refused. Set CHATBENCH_TOKEN_SECRET to the server's "
            "secret, or give a --token-command."
        )
    return SignedTokens(secret.encode())


async def conform(
    urls: tuple[str, ...],
    tokens: Tokens,
    *,
    checks: Sequence[str] = CHECKS,
    patience_s: float = 5.0,
    sign_up_command: str | None = None,
    told: Callable[[str], Any] = lambda _: None,
) -> Conformance:
    """Try the checks one after the other, with users of our own, who leave at the end. Raises UnreachableError."""
    begun = time.perf_counter()
    timeout = aiohttp.ClientTimeout(total=_REQUEST_S)
    # a connection that the server is about to close for being idle would break a request that is no server's fault
    connector = aiohttp.TCPConnector(keepalive_timeout=_IDLE_S)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as http:
        site = Site(urls=urls, http=http, tokens=tokens, patience_s=patience_s, sign_up_command=sign_up_command)
        await _reach(site)
        outcomes = []
        try:
            for check in checks:
                told(check)
                outcomes.append(await _outcome(site, check))
        finally:
            with suppress(aiohttp.ClientError, TimeoutError):
                await site.remove_everybody()
    return Conformance(urls=urls, checks=tuple(outcomes), took_s=time.perf_counter() - begun)


async def _reach(site: Site) -> None:
    for server, url in enumerate(site.urls):
        try:
            await site.ask("GET", "/v1/unread", server=server)
        except (aiohttp.ClientError, TimeoutError) as problem:
            raise UnreachableError(url, problem) from None


async def _outcome(site: Site, check: str) -> Checked:
    module = module_of(check)
    try:
        state, seen = "pass", str(await module.check(site))
    except Deviation as deviation:
        state, seen = "fail", str(deviation)
    except NotRun as reason:
        state, seen = "not run", str(reason)
    except _BROKEN as problem:
        state, seen = "fail", f"what came back could not be used: {type(problem).__name__} {problem}"
    return Checked(check=check, promise=promise_of(module), state=state, seen=seen)  # type: ignore[arg-type] # the three


def module_of(check: str) -> ModuleType:
    return import_module(f"harness.conform.checks.{check}")


def promise_of(module: ModuleType) -> str:
    return (module.__doc__ or "").split("\n", 1)[0]
