"""Broken variants beside the real ones, and a site over an empty database of any of them."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from harness.verify.site import Site, text
from harness.verify.variant_site import site_over
from reference_server.schema import whole
from reference_server.variant import SQL, VARIANTS, Variant, load_variant

_BROKEN = Path(__file__).parent / "broken"
OpenSite = Callable[[Variant], AbstractAsyncContextManager[Site]]


@pytest.fixture(scope="session")
def with_broken(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Variant]:
    """Loads a real or a broken variant."""
    folder = tmp_path_factory.mktemp("variants")
    for source, name in ((VARIANTS, "variants"), (SQL, "sql")):
        shutil.copytree(source, folder / name)
        shutil.copytree(_BROKEN / name, folder / name, dirs_exist_ok=True)
    return lambda name: load_variant(name, folder=folder / "variants", sql=folder / "sql")


async def build(dsn: str, variant: Variant) -> None:
    database = await asyncpg.connect(dsn)
    try:
        await database.execute("SET chatbench.data_from = '2025-05-01'; SET chatbench.data_to = '2025-05-31'")
        for step in whole(variant):
            await database.execute(step.text)
    finally:
        await database.close()


@pytest.fixture
def open_site(fresh_database: str, fresh_redis: str) -> OpenSite:
    @asynccontextmanager
    async def opened(variant: Variant) -> AsyncIterator[Site]:
        await build(fresh_database, variant)
        async with site_over(fresh_database, fresh_redis, variant) as site:
            ann, bob = await site.newcomers(2)
            conversation = (await site.chat.open_conversation(ann, bob))["id"]
            await site.chat.send(ann, conversation, text("the first"))
            yield site

    return opened
