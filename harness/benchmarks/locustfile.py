"""Bench users: one asks for the newest page of one conversation over `direct`, one through Locust's own user."""

import os
from uuid import UUID

from locust import constant, task
from locust.contrib.postgres import PostgresUser

from scenarios.locustfile import *  # noqa: F403 - Locust finds options and listeners by importing the module
from scenarios.user import ChatUser

CONVERSATION = UUID(os.environ["CHATBENCH_BENCH_CONVERSATION"])
MEMBER = UUID(os.environ["CHATBENCH_BENCH_MEMBER"])


class NewestPage(ChatUser):
    """Everything that a scenario's user does: schedule, three clocks, histograms, Locust's statistics."""

    @task
    async def newest_page(self) -> None:
        await self.chat.newest_page(MEMBER, CONVERSATION, limit=self.page_size)


class LocustPostgres(PostgresUser):
    """What Locust itself ships for PostgreSQL, with the same SQL."""

    conn_string = os.environ["CHATBENCH_POSTGRES"]
    wait_time = constant(0)

    @task
    def newest_page(self) -> None:
        self.client.execute_query(os.environ["CHATBENCH_BENCH_SQL"])
