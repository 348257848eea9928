"""Resume: what a user missed while no device of theirs listened."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from reference_server.records import Cursor
from reference_server.times import NEVER
from reference_server.use_cases import UseCases
from reference_server.validation import check_cursor

#: A device that missed more than this had better load its conversations anew.
MOST_MISSED = 1_000
#: A message is dated when its transaction begins, so one dated before the cursor may have been stored after the device
#: left. Transactions of a send last milliseconds; one that waits longer than this for a lock is lost to a resume.
OVERLAP_US = 5_000_000
_BATCH = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Missed:
    """A batch of missed messages."""

    rows: Sequence[asyncpg.Record]
    #: Whether nothing came after them when they were read.
    is_last: bool


class Resume(UseCases):
    """What was said since a cursor."""

    async def missed_messages(self, user: UUID, *, after: Cursor) -> AsyncIterator[Missed]:
        """Batches of messages to and from a user, the earliest first, until MOST_MISSED.

        They reach back OVERLAP_US before the cursor, so some may be known already; the cursor's own is left out.
        """
        known = check_cursor(after, numbered=self.numbered).id
        earliest = 0 if isinstance(known, int) else UUID(int=0)
        after = Cursor(max(after.created_at, NEVER) - OVERLAP_US, earliest)
        for _ in range(MOST_MISSED // _BATCH):
            rows = await self.db.fetch(self.sql["missed_messages"], user, after.created_at, after.id, _BATCH)
            is_last = len(rows) < _BATCH
            yield Missed(rows=[row for row in rows if row["id"] != known], is_last=is_last)
            if is_last:
                return
            after = Cursor(rows[-1]["created_at"], rows[-1]["id"])
