"""Identity: tokens and users for a server under check, by the API itself or by commands of its owner's."""

import asyncio
import shlex
import time
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from harness.conform.errors import CommandFailedError, NotRun
from reference_server import tokens

_LIFE_S = 3600
_PATIENCE_S = 20


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
            self._known[user] = await output_of(self._command, user)
        return self._known[user]


async def output_of(command: str, user: UUID) -> str:
    """What the command prints. Raises CommandFailedError."""
    try:
        process = await asyncio.create_subprocess_exec(
            *shlex.split(command), str(user), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        printed, complaint = await asyncio.wait_for(process.communicate(), _PATIENCE_S)
    except (OSError, ValueError, TimeoutError) as problem:
        raise CommandFailedError(command, f"{type(problem).__name__} {problem}.") from problem
    if process.returncode:
        raise CommandFailedError(command, f"it ended with {process.returncode}: {complaint.decode()[-200:].strip()}.")
    return printed.decode().strip()
