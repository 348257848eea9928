"""A trial's target: what the load process talks to, started where it is a server of ours."""

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from harness.errors import HarnessError
from harness.trial.ground import Ground
from harness.trial.plan import TrialPlan
from harness.trial.servers import reference_servers


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """What the load process is told to talk to, and whose processes answer."""

    address: str
    pids: tuple[int, ...] = ()


@asynccontextmanager
async def standing(ground: Ground, environment: dict[str, str]) -> AsyncIterator[Target]:
    """The target for the length of a trial."""
    plan = ground.plan
    if plan.load.target != "server":
        yield Target(address=plan.load.target)
        return
    async with AsyncExitStack() as around:
        with ground.timed("servers"):
            servers = reference_servers(
                plan.load.servers,
                variant=plan.snapshot.variant,
                secrets=environment,
                connections=plan.connections,
                log=ground.log.with_suffix(".servers.log"),
            )
            started = await around.enter_async_context(servers)
        yield Target(address=",".join(one.url for one in started), pids=tuple(one.pid for one in started))


def environment_of(ground: Ground) -> dict[str, str]:
    """What load process and servers are told; never on a command line, which anybody can read."""
    secret = {"CHATBENCH_TOKEN_SECRET": _token_secret(ground.plan)}
    if ground.plan.load.is_remote:
        return secret
    return {
        "CHATBENCH_POSTGRES": ground.dsn,
        "CHATBENCH_REDIS": ground.redis,
        **secret,
        **ground.others.environment,
    }


def _token_secret(plan: TrialPlan) -> str:
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
