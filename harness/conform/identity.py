"""Identity: tokens and users for a server under check, by the API itself or by commands of its owner's."""

import asyncio
import re
import shlex
import time
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from harness.conform.errors import CommandFailedError, NotRun
from reference_server import tokens

_LIFE_S = 3600
_PATIENCE_S = 20
#: What fits into an Authorization header.
_TOKEN = re.compile(r"[!-~]+")


class Tokens(Protocol):
    """Who signs a user in."""

    async def token(self, user: UUID, expires_in_s: int = _LIFE_S) -> str: ...


@dataclass(frozen=True, slots=True)
class SignedTokens:
    """chatbench's own form, with the secret that the server shares."""

    secret: bytes

    async def token(self, user: UUID, expires_in_s: int = _LIFE_S) -> str:
        return tokens.issue(user, secret=self.secret, expires_at=int(time.time()) + expires_in_s)


class CommandTokens:
    """A command prints the token of the user whose id is its last word."""

    def __init__(self, command: str) -> None:
        self._command = command
        self._known: dict[UUID, str] = {}

    async def token(self, user: UUID, expires_in_s: int = _LIFE_S) -> str:
        if expires_in_s != _LIFE_S:
            raise NotRun("the command for tokens cannot be asked for one of another age")
        if user not in self._known:
            token = await output_of(self._command, user)
            if not _TOKEN.fullmatch(token):
                raise CommandFailedError(self._command, f"it printed no token, a word on one line: {token[:80]!r}.")
            self._known[user] = token
        return self._known[user]


async def output_of(command: str, user: UUID) -> str:
    """What the command prints. Raises CommandFailedError."""
    try:
        process = await asyncio.create_subprocess_exec(
            *shlex.split(command), str(user), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
    except (OSError, ValueError) as problem:
        raise CommandFailedError(command, f"{problem}.") from problem
    try:
        printed, complaint = await asyncio.wait_for(process.communicate(), _PATIENCE_S)
    except TimeoutError:
        raise CommandFailedError(command, f"it has not ended within {_PATIENCE_S} s.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        said = complaint.decode(errors="replace")[-200:].strip()
        raise CommandFailedError(command, f"it ended with {process.returncode}: {said}.")
    return printed.decode(errors="replace").strip()
