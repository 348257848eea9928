"""Answers: the same questions to every variant on the same data, each operation's rows as one hash.

Ids of messages differ between variants, so a row is told by what it says: time, people, type, content, media, whether
read. Rows of one instant have no order in common, so they are sorted by content, and the last instant of an unfinished
walk is left out: its rows may be on the next page in another variant.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import numpy as np
import orjson

from datasets.manifest import Manifest
from datasets.shape import Dataset
from reference_server.chat import Chat
from reference_server.errors import ReadOnly
from reference_server.records import ConversationPage, Cursor, Draft, Page
from reference_server.times import from_datetime

#: Operation → hash of its answers.
Answers = Mapping[str, str]
_PAGE, _PAGES = 50, 4
_USERS, _CONVERSATIONS = 6, 4
_DRAFT = UUID("c4a7be7c-0000-4000-8000-000000000001")


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A conversation of the dataset and its first member."""

    conversation: UUID
    me: UUID
    other: UUID


async def ask(chat: Chat, manifest: Manifest) -> Answers:
    """Every operation's hash; what changes rows comes last. The chat's database is a clone, and Redis empty."""
    asked = Asked(chat, manifest)
    operations: dict[str, Callable[[], Awaitable[Any]]] = {
        "newest_page": asked.newest_pages,
        "older_pages": asked.older_pages,
        "media_gallery": asked.galleries,
        "read_times": asked.read_times,
        "conversation_list": asked.conversation_lists,
        "unread_counts": asked.unread_counts,
        "block_check": asked.block_checks,
        "block_list": asked.block_lists,
        "missed_messages": asked.missed_messages,
        "mark_read": asked.mark_read,
        "send": asked.send,
    }
    return {name: digest(await _answered(operation)) for name, operation in operations.items()}


async def _answered(operation: Callable[[], Awaitable[Any]]) -> Any:
    """What was answered, or that this variant takes no writes."""
    try:
        return await operation()
    except ReadOnly as refused:
        return refused.code


class Asked:
    """The questions: hot and cold conversations, users with many and few."""

    def __init__(self, chat: Chat, manifest: Manifest) -> None:
        self._chat = chat
        self._data = manifest.dataset
        self._until = from_datetime(self._data.as_of)
        strata = manifest.strata
        ordinals = [*strata.hot[:_CONVERSATIONS], *strata.cold[:_CONVERSATIONS]]
        self._questions = [_question(self._data, ordinal) for ordinal in ordinals]
        users = [
            *strata.users_with_many_conversations[: _USERS // 2],
            *strata.users_with_few_conversations[: _USERS // 2],
        ]
        self._users = [self._data.user_id(user) for user in users]

    async def newest_pages(self) -> Any:
        return [self._said(await self._newest(q, _PAGE)) for q in self._questions]

    async def older_pages(self) -> Any:
        return [await self._walk(partial(self._page, q)) for q in self._questions]

    async def galleries(self) -> Any:
        return [await self._walk(partial(self._gallery, q)) for q in self._questions]

    async def read_times(self) -> Any:
        return [
            sorted([row["created_at"], row["read_at"]] for row in self._whole(await self._newest(q, _PAGE)))
            for q in self._questions
        ]

    async def conversation_lists(self) -> Any:
        return [[_listed(page) async for page in self._lists(user)] for user in self._users]

    async def unread_counts(self) -> Any:
        totals = [await self._chat.unread_total(user) for user in self._users]
        return totals, [await self._chat.unread_conversation(q.me, q.conversation) for q in self._questions]

    async def block_checks(self) -> Any:
        pairs = [*self._blocked(), *((q.me, q.other) for q in self._questions)]
        checks = [await self._chat.block_check(*pair) for pair in pairs]
        return [(one.blocked_by_me, one.blocks_me) for one in checks]

    async def block_lists(self) -> Any:
        pages = [await self._chat.block_list(blocker, limit=_PAGE) for blocker, _ in self._blocked()]
        return [[(row["created_at"], str(row["blocked_id"])) for row in page.rows] for page in pages]

    async def missed_messages(self) -> Any:
        return [await self._missed(q) for q in self._questions[:_CONVERSATIONS]]

    async def mark_read(self) -> Any:
        """What is read then, everywhere it shows."""
        seen: list[Any] = []
        for q in self._questions:
            seen.append([await self._chat.mark_read(q.me, q.conversation), self._said(await self._newest(q, _PAGE))])
            seen.append(await self._chat.unread_conversation(q.me, q.conversation))
        return seen

    async def send(self) -> Any:
        """What was sent is the newest, for both; sent again it is stored once."""
        friendly = [q for q in self._questions if await self._may_talk(q)]
        if not friendly:
            return None
        q = friendly[0]
        draft = Draft(id=_DRAFT, type="text", content="the same everywhere")
        sent = [(await self._chat.send(q.me, q.conversation, draft)).is_new for _ in range(2)]
        page = await self._chat.newest_page(q.other, q.conversation, limit=3)
        count = await self._chat.unread_conversation(q.other, q.conversation)
        return sent, [self._row(row) for row in page.rows[:1]], count

    async def _may_talk(self, q: Question) -> bool:
        status = await self._chat.block_check(q.me, q.other)
        return not (status.blocked_by_me or status.blocks_me)

    async def _newest(self, q: Question, limit: int) -> Page:
        return await self._chat.newest_page(q.me, q.conversation, limit=limit)

    async def _page(self, q: Question, before: Cursor | None) -> Page:
        if before is None:
            return await self._newest(q, _PAGE)
        return await self._chat.older_page(q.me, q.conversation, before=before, limit=_PAGE)

    async def _gallery(self, q: Question, before: Cursor | None) -> Page:
        return await self._chat.media_gallery(q.me, q.conversation, kind="image", limit=_PAGE // 5, before=before)

    async def _walk(self, page_before: Callable[[Cursor | None], Awaitable[Page]]) -> list[Any]:
        rows: list[Any] = []
        before: Cursor | None = None
        for _ in range(_PAGES):
            page = await page_before(before)
            rows += page.rows
            before = page.next
            if before is None:
                break
        # as one page that is full when more would follow
        return self._said(Page(rows, len(rows) if before else len(rows) + 1))

    async def _lists(self, user: UUID) -> AsyncIterator[ConversationPage]:
        page = await self._chat.conversation_list(user, limit=_PAGE // 2)
        yield page
        if page.next:
            yield await self._chat.conversation_list(user, limit=_PAGE // 2, before=page.next)

    async def _missed(self, q: Question) -> Any:
        since = (await self._newest(q, 10)).rows
        if not since:
            return []
        rows: list[Any] = []
        async for batch in self._chat.missed_messages(q.me, after=Cursor(since[-1]["created_at"], since[-1]["id"])):
            rows += batch.rows
        # the cursor's own instant may be cut differently
        return sorted(digest(self._row(row)) for row in rows if row["created_at"] > since[-1]["created_at"])

    def _blocked(self) -> list[tuple[UUID, UUID]]:
        blockers, blocked = self._data.blocked_pairs(np.arange(min(_USERS, self._data.blocks)))
        return [
            (self._data.user_id(int(one)), self._data.user_id(int(two)))
            for one, two in zip(blockers, blocked, strict=True)
        ]

    def _whole(self, page: Page) -> Sequence[Any]:
        """Without the last instant of a full page."""
        if page.next is None:
            return page.rows
        return [row for row in page.rows if row["created_at"] > page.next.created_at]

    def _said(self, page: Page) -> list[Any]:
        return sorted((self._row(row) for row in self._whole(page)), key=orjson.dumps)

    def _row(self, row: Any) -> list[Any]:
        """A message without its id; what was sent just now has no time in common."""
        media = row["media"]
        said = orjson.loads(media) if isinstance(media, str | bytes) else media
        when = row["created_at"] if row["created_at"] < self._until else "now"
        return [when, str(row["sender_id"]), str(row["receiver_id"]), row["type"], row["content"], said, row["is_read"]]


def _listed(page: ConversationPage) -> list[Any]:
    return [
        (str(row["id"]), str(row["other_id"]), row["unread_count"], row["last_message_at"], row["created_at"])
        for row in page.rows
    ]


def digest(value: Any) -> str:
    """16 hex digits of a JSON value, keys sorted."""
    return hashlib.blake2b(orjson.dumps(value, option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest()


def differing(answers: Answers, reference: Answers) -> list[str]:
    """Operations that answer otherwise than the reference."""
    return [name for name in answers if answers[name] != reference.get(name)]


def _question(data: Dataset, ordinal: int) -> Question:
    first, second = data.members(ordinal)
    return Question(conversation=data.conversation_id(ordinal), me=data.user_id(first), other=data.user_id(second))
