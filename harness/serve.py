"""`chatbench serve`: a stack, a clone and reference servers, driven by somebody else's hand."""

import asyncio
import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from datasets.names import find_dataset
from harness.experiment import Experiment
from harness.seeding.databases import Mark, clone_database, drop_database
from harness.seeding.prepared import seed_one
from harness.stack.config import StackConfig
from harness.stack.stack import open_stack
from harness.trial.beside import beside
from harness.trial.durability import durable
from harness.trial.planning import CONNECTIONS
from harness.trial.servers import reference_servers
from reference_server.variant import load_variant
from reference_server.variant_folders import VARIABLE, told


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What clients need to reach everything."""

    environment: dict[str, str]
    urls: list[str]
    #: For logs; it goes with the servers.
    folder: Path


async def serve(
    config: StackConfig,
    experiment: Experiment,
    *,
    servers: int,
    home: Path,
    say: Callable[[str], None],
    port: int | None = None,
) -> None:
    """Run until cancelled. What is printed is shell: `eval` it, or copy it into another terminal."""
    async with _standing(config, experiment, servers=servers, home=home, port=port) as standing:
        for name, value in standing.environment.items():
            say(f"export {name}='{value}'")
        if standing.urls:
            say(f"# servers, for --target: {','.join(standing.urls)}")
        say("# Ctrl-C stops everything and drops the clone.")
        await asyncio.Event().wait()


@asynccontextmanager
async def _standing(
    config: StackConfig, experiment: Experiment, *, servers: int, home: Path, port: int | None
) -> AsyncIterator[Standing]:
    async with open_stack(config) as stack:
        snapshot = await seed_one(stack, experiment, home)
        clone = f"chatbench_serve_{secrets.token_hex(4)}"
        await clone_database(stack.postgres.admin_dsn, snapshot.database, clone, Mark(role="serve", facts={}))
        environment = {
            "CHATBENCH_POSTGRES": stack.postgres.dsn(clone),
            "CHATBENCH_REDIS": stack.redis.url(0),
            "CHATBENCH_TOKEN_SECRET": secrets.token_urlsafe(32),
            "CHATBENCH_VARIANT": snapshot.variant,
            "CHATBENCH_DATASET": find_dataset(experiment.dataset, seed=experiment.seed, home=home).reference,
            "CHATBENCH_DATASET_SEED": str(experiment.seed),
        }
        if told():
            environment[VARIABLE] = os.environ[VARIABLE]
        try:
            variant = load_variant(snapshot.variant)
            async with durable(stack, variant), beside(stack, variant, snapshot, clone) as others:
                await others.prepare()
                environment |= others.environment
                with tempfile.TemporaryDirectory(prefix="chatbench-") as folder:
                    async with reference_servers(
                        servers,
                        variant=snapshot.variant,
                        secrets=environment,
                        connections=CONNECTIONS,
                        log=Path(folder) / "servers.log",
                        port=port,
                    ) as started:
                        urls = [server.url for server in started]
                        yield Standing(environment=environment, urls=urls, folder=Path(folder))
        finally:
            await drop_database(stack.postgres.admin_dsn, clone)
