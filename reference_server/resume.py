"""Resume: what a user missed while no device of theirs listened."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import asyncpg

from reference_server.records import Cursor
from reference_server.use_cases import UseCases

#: A device that missed more than this had better load its conversations anew.
MOST_MISSED = 1_000
_BATCH = 200


class Resume(UseCases):
    """What was said since a cursor."""

    async def missed_messages(self, user: UUID, *, after: Cursor) -> AsyncIterator[Sequence[asyncpg.Record]]:
        """Batches of messages to and from a user, the earliest first, until MOST_MISSED.

        A message is dated when its transaction begins: one that began before the cursor's and ended after it is
        not found here, only in its conversation's pages.
        """
        for _ in range(MOST_MISSED // _BATCH):
            rows = await self.db.fetch(self.sql["missed_messages"], user, after.created_at, after.id, _BATCH)
            if rows:
                yield rows
                after = Cursor(rows[-1]["created_at"], rows[-1]["id"])
            if len(rows) < _BATCH:
                return
