"""A trial's target: what the load process talks to, started where it is a server of ours."""

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.errors import HarnessError
from harness.trial.plan import TrialPlan
from harness.trial.servers import reference_servers


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """What the load process is told to talk to, and whose processes answer."""

    address: str
    pids: tuple[int, ...] = ()


@asynccontextmanager
async def standing(plan: TrialPlan, environment: dict[str, str], log: Path) -> AsyncIterator[Target]:
    """The target for the length of a trial."""
    if plan.load.target != "server":
        yield Target(address=plan.load.target)
        return
    async with reference_servers(
        plan.load.servers,
        variant=plan.snapshot.variant,
        secrets=environment,
        connections=plan.connections,
        log=log.with_suffix(".servers.log"),
    ) as started:
        yield Target(address=",".join(one.url for one in started), pids=tuple(one.pid for one in started))


def token_secret(plan: TrialPlan) -> str:
    """Ours for the servers that we start; somebody else's server has its own."""
    if not plan.load.is_remote:
        return secrets.token_urlsafe(32)
    given = os.environ.get("CHATBENCH_TOKEN_SECRET")
    if not given:
        raise HarnessError(
            f"{plan.load.target} signs its tokens with a secret that chatbench does not have, so every call would be "
            "refused. Set CHATBENCH_TOKEN_SECRET to it."
        )
    return given
