"""Conforming: every check against one server, and what came of each."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any, Literal

import aiohttp
from yarl import URL

from harness.conform.errors import AddressError, Deviation, NobodySignedUp, NotRun, UnreachableError, words_of
from harness.conform.identity import CommandTokens, SignedTokens, Tokens
from harness.conform.site import Site
from harness.errors import HarnessError

#: In the order in which they are tried and told.
CHECKS = (
    *("health", "tokens", "problems", "bad_requests", "sign_up"),
    *("open_conversation", "send", "bad_messages", "resend", "page_order", "page_cursors", "conversation_list"),
    *("unread", "media", "delete_message", "blocks", "presence", "strangers_read", "strangers_write", "leaving"),
    *("socket_tokens", "socket_delivery", "socket_devices", "socket_strangers", "socket_resume", "socket_events"),
    *("socket_errors", "socket_expiry"),
)
_REQUEST_S = 10.0
#: A check of a server that answers, but takes its time, is given up after so long.
_CHECK_S = 120.0
#: So many in a row without an answer, and the others are not tried.
_MOST_UNANSWERED = 3
_IDLE_S = 1.0
_REDIRECTS = range(300, 400)


State = Literal["pass", "fail", "not run"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """One check of one server."""

    check: str
    #: What the protocol promises, in one line.
    promise: str
    state: State
    seen: str
    #: It could not be tried with the tokens and users that were given, which is no fault of the server's.
    is_excused: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Conformance:
    """Every check of one server."""

    urls: tuple[str, ...]
    checks: tuple[Checked, ...]
    took_s: float

    @property
    def deviations(self) -> list[Checked]:
        return [one for one in self.checks if one.state == "fail"]

    @property
    def conforms(self) -> bool:
        """Whether all that could be tried was tried, and passed."""
        return all(one.state == "pass" or one.is_excused for one in self.checks)


def urls_of(text: str) -> tuple[str, ...]:
    """Base URLs, comma-separated. Raises AddressError."""
    urls = tuple(url.strip().rstrip("/") for url in text.split(","))
    if not all(_is_url(url) for url in urls):
        raise AddressError(f"{text!r} is no URL, so nothing was checked. Give one such as http://127.0.0.1:8000.")
    return urls


def _is_url(text: str) -> bool:
    try:
        url = URL(text)
        return url.scheme in ("http", "https") and bool(url.host) and url.port is not None
    except ValueError:
        return False


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
    told: Callable[[int, str], Any] = lambda _, __: None,
) -> Conformance:
    """Try the checks one after the other, with users of our own, who leave at the end. Raises UnreachableError.

    `told` hears how many are done, and which is tried.
    """
    begun = time.perf_counter()
    timeout = aiohttp.ClientTimeout(total=max(_REQUEST_S, 2 * patience_s))
    # a connection that the server is about to close for being idle would break a request that is no server's fault
    connector = aiohttp.TCPConnector(keepalive_timeout=_IDLE_S)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as http:
        site = Site(urls=urls, http=http, tokens=tokens, patience_s=patience_s, sign_up_command=sign_up_command)
        await _reach(site)
        try:
            outcomes = await _outcomes(site, checks, told)
        finally:
            with suppress(aiohttp.ClientError, TimeoutError, Deviation):
                await site.remove_everybody()
    return Conformance(urls=urls, checks=tuple(outcomes), took_s=time.perf_counter() - begun)


async def _reach(site: Site) -> None:
    for server, url in enumerate(site.urls):
        try:
            answer = await site.ask("GET", "/v1/unread", server=server)
        except (aiohttp.ClientError, TimeoutError, Deviation) as problem:
            raise UnreachableError(url, problem) from None
        if answer.status in _REDIRECTS:
            raise AddressError(
                f"{url} redirects to {answer.headers.get('Location')!r}, so nothing was checked. Give the address "
                "under which the API itself answers."
            )


async def _outcomes(site: Site, checks: Sequence[str], told: Callable[[int, str], Any]) -> list[Checked]:
    outcomes: list[Checked] = []
    unanswered = 0
    for check in checks:
        told(len(outcomes), check)
        if unanswered == _MOST_UNANSWERED:
            seen = f"{_MOST_UNANSWERED} checks in a row had no answer, so the others were not tried"
            outcomes.append(_checked(check, "not run", seen))
            continue
        try:
            outcomes.append(await _outcome(site, check))
            unanswered = 0
        except TimeoutError:
            seen = f"no answer within {site.http.timeout.total:g} s"
            outcomes.append(_checked(check, "fail", seen))
            unanswered += 1
    told(len(outcomes), "")
    return outcomes


async def _outcome(site: Site, check: str) -> Checked:
    """Raises TimeoutError when a request is not answered."""
    try:
        async with asyncio.timeout(_CHECK_S) as limit:
            return _checked(check, "pass", str(await module_of(check).check(site)))
    except Deviation as deviation:
        return _checked(check, "fail", str(deviation))
    except NotRun as reason:
        return _checked(check, "not run", str(reason), is_excused=not isinstance(reason, NobodySignedUp))
    except TimeoutError:
        if not limit.expired():
            raise
        return _checked(check, "fail", f"not done within {_CHECK_S:g} s, since the server answers slowly")
    except aiohttp.ClientError as problem:
        return _checked(check, "fail", f"the connection failed: {words_of(problem)}")
    except HarnessError:
        raise
    except Exception as problem:  # noqa: BLE001 - a server may answer anything, and what that does to a check is told
        return _checked(check, "fail", f"what came back could not be used: {type(problem).__name__} {problem}")


def _checked(check: str, state: State, seen: str, *, is_excused: bool = False) -> Checked:
    return Checked(check=check, promise=promise_of(module_of(check)), state=state, seen=seen, is_excused=is_excused)


def module_of(check: str) -> ModuleType:
    return import_module(f"harness.conform.checks.{check}")


def promise_of(module: ModuleType) -> str:
    return (module.__doc__ or "").split("\n", 1)[0]
