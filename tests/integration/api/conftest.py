"""Two server processes over one database and one Redis, as clients meet them."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.integration.api_fixtures import Api, loaded, server_process, url_of


@pytest.fixture
async def api(fresh_database: str, fresh_redis: str) -> AsyncIterator[Api]:
    async with (
        loaded(fresh_database) as users,
        server_process(fresh_database, fresh_redis) as one,
        server_process(fresh_database, fresh_redis) as other,
        aiohttp.ClientSession() as http,
    ):
        made = Api(dsn=fresh_database, redis_url=fresh_redis, users=users, http=http, processes=[one, other])
        made.urls = [await url_of(process) for process in made.processes]
        yield made
