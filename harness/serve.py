"""`chatbench serve`: a stack, a clone and reference servers for clients that somebody else drives."""

import asyncio
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from harness.compare import CONNECTIONS, seed_one
from harness.databases import Mark, clone_database, drop_database
from harness.experiment import Experiment
from harness.servers import reference_servers
from harness.stack.config import StackConfig
from harness.stack.stack import open_stack


async def serve(
    config: StackConfig, experiment: Experiment, *, servers: int, home: Path, say: Callable[[str], None]
) -> None:
    """Run until cancelled. What is printed is shell: `eval` it, or copy it into another terminal."""
    async with open_stack(config) as stack:
        snapshot = await seed_one(stack, experiment, home)
        clone = f"chatbench_serve_{secrets.token_hex(4)}"
        await clone_database(stack.postgres.admin_dsn, snapshot.database, clone, Mark(role="serve", facts={}))
        environment = {
            "CHATBENCH_POSTGRES": stack.postgres.dsn(clone),
            "CHATBENCH_REDIS": stack.redis.url(0),
            "CHATBENCH_TOKEN_SECRET": secrets.token_urlsafe(32),
            "CHATBENCH_VARIANT": snapshot.variant,
            "CHATBENCH_DATASET": experiment.dataset,
            "CHATBENCH_DATASET_SEED": str(experiment.seed),
        }
        try:
            with tempfile.TemporaryDirectory(prefix="chatbench-") as logs:
                async with reference_servers(
                    servers,
                    variant=snapshot.variant,
                    secrets=environment,
                    connections=CONNECTIONS,
                    log=Path(logs) / "servers.log",
                ) as urls:
                    for name, value in environment.items():
                        say(f"export {name}='{value}'")
                    if urls:
                        say(f"# servers, for --target: {','.join(urls)}")
                    say("# Ctrl-C stops everything and drops the clone.")
                    await asyncio.Event().wait()
        finally:
            await drop_database(stack.postgres.admin_dsn, clone)
