"""Cleaning: every database that chatbench made goes, and the datasets where that is asked for."""

import shutil
from pathlib import Path

from harness.progress import say
from harness.seeding.databases import drop_all
from harness.stack.config import StackConfig
from harness.stack.stack import open_stack


async def clean(config: StackConfig, *, datasets: bool, home: Path) -> None:
    """Drop every database that chatbench made on these servers."""
    async with open_stack(config) as stack:
        for name in await drop_all(stack.postgres.admin_dsn):
            say(f"dropped {name}")
    if datasets:
        shutil.rmtree(home / "datasets", ignore_errors=True)
