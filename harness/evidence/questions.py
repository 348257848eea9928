"""Questions: what the use cases really ask of the database in each stratum, recorded while they run."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg

from datasets.manifest import DeepCursor, Strata
from datasets.shape import Dataset
from reference_server.chat import Chat
from reference_server.errors import ChatError
from reference_server.names import in_own_names
from reference_server.opening import open_chat
from reference_server.prepared import PreparedConnection
from reference_server.records import Cursor
from reference_server.times import from_datetime
from reference_server.variant import Variant

_PAGE = 50
_LIST = 20
_ID_AT = "SELECT id FROM messages WHERE conversation_id = $1 AND created_at = $2 ORDER BY id LIMIT 1"
_DEPTH_AT = "SELECT count(*) FROM messages WHERE conversation_id = $1 AND created_at >= $2"
_Ask = Callable[[], Awaitable[Any]]
_Forget = Callable[[], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One statement with the arguments of one stratum."""

    slot: str
    #: Such as "hot conversation, deep page".
    stratum: str
    sql: str
    arguments: tuple[Any, ...]


@dataclass(kw_only=True, slots=True)
class Questions:
    """What was recorded, and what could not be."""

    asked: list[Question] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    #: Partitions that held nothing before any load.
    empty: frozenset[str] = frozenset()


async def record_reads(dsn: str, redis_url: str, variant: Variant, dataset: Dataset, strata: Strata) -> Questions:
    """Ask each read in each stratum once; Redis should be empty, or it answers instead of the database."""
    found = Questions()
    async with open_chat(dsn, redis_url, variant, connections=1) as chat:
        recorder = Recorder(chat)
        for stratum, ask in _readings(chat, dataset, strata, recorder.forget):
            found.notes += await recorder.record(stratum, ask)
    found.asked += recorder.questions
    return found


class Recorder:
    """Notes which statements a Chat sends, with their arguments."""

    def __init__(self, chat: Chat) -> None:
        self.questions: list[Question] = []
        self._slots = {text: slot for slot, text in chat.sql.items()}
        self._calls: list[tuple[str, tuple[Any, ...]]] = []
        recording = _recording(self._calls)
        for connection in chat.db.idle():
            # the same layout with one method more: the hot path of a measured server carries no hook for this
            connection.__class__ = recording

    def forget(self) -> None:
        """What was sent until now only led to what is to be noted."""
        self._calls.clear()

    async def record(self, stratum: str, ask: _Ask) -> list[str]:
        """What went wrong, if anything; the first call of each statement counts."""
        self.forget()
        problems = []
        try:
            await ask()
        except (ChatError, asyncpg.PostgresError, asyncpg.InterfaceError, TypeError, ValueError) as problem:
            problems.append(f"{stratum}: not asked, {problem}")
        known = {(question.slot, question.stratum) for question in self.questions}
        for sql, arguments in self._calls:
            slot = self._slots.get(sql)
            if slot is not None and (slot, stratum) not in known:
                known.add((slot, stratum))
                self.questions.append(Question(slot=slot, stratum=stratum, sql=sql, arguments=arguments))
        return problems


def _recording(calls: list[tuple[str, tuple[Any, ...]]]) -> type[PreparedConnection]:
    class Recording(PreparedConnection):
        __slots__ = ()

        async def fetch(self, query: str, *arguments: Any) -> list[asyncpg.Record]:  # type: ignore[override]
            calls.append((query, arguments))
            return await super().fetch(query, *arguments)

        async def execute(self, query: str, *arguments: Any) -> str:  # type: ignore[override]
            calls.append((query, arguments))
            return await super().execute(query, *arguments)

    return Recording


def _readings(chat: Chat, dataset: Dataset, strata: Strata, forget: _Forget) -> Iterator[tuple[str, _Ask]]:
    for name, ordinal in (("hot conversation", strata.largest), ("cold conversation", strata.cold[-1])):
        user, conversation = dataset.user_id(dataset.members(ordinal)[0]), dataset.conversation_id(ordinal)
        yield from _of_conversation(chat, name, user, conversation, forget)
    yield "hot conversation, deep page", lambda: _deep_page(chat, dataset, strata, forget)
    for name, ordinals in (
        ("user with many conversations", strata.users_with_many_conversations),
        ("user with few conversations", strata.users_with_few_conversations),
    ):
        yield from _of_user(chat, name, dataset.user_id(ordinals[0]), dataset.user_id(ordinals[-1]), forget)


def _of_conversation(
    chat: Chat, name: str, user: UUID, conversation: UUID, forget: _Forget
) -> Iterator[tuple[str, _Ask]]:
    async def second_page() -> None:
        page = await chat.newest_page(user, conversation, limit=_LIST)
        forget()
        if page.next is not None:
            await chat.older_page(user, conversation, before=page.next, limit=_LIST)

    async def gallery() -> None:
        page = await chat.media_gallery(user, conversation, kind="image", limit=1)
        if page.next is not None:
            await chat.media_gallery(user, conversation, kind="image", limit=_LIST, before=page.next)

    yield f"{name}, first page", lambda: chat.newest_page(user, conversation, limit=_PAGE)
    yield f"{name}, second page", second_page
    yield f"{name}, gallery", gallery
    yield name, lambda: chat.unread_conversation(user, conversation)


def _of_user(chat: Chat, name: str, user: UUID, other: UUID, forget: _Forget) -> Iterator[tuple[str, _Ask]]:
    async def two_pages() -> None:
        page = await chat.conversation_list(user, limit=2)
        forget()
        if page.next is not None:
            await chat.conversation_list(user, limit=_LIST, before=page.next)

    yield f"{name}, list", lambda: chat.conversation_list(user, limit=_LIST)
    yield f"{name}, list, second page", two_pages
    yield name, lambda: chat.unread_total(user)
    yield name, lambda: chat.block_check(user, other)
    yield name, lambda: chat.block_list(user, limit=_LIST)


async def _deep_page(chat: Chat, dataset: Dataset, strata: Strata, forget: _Forget) -> None:
    """Before the oldest of the manifest's cursors that has a full page behind it: the same page in every variant."""
    ordinal = strata.largest
    user, conversation = dataset.user_id(dataset.members(ordinal)[0]), dataset.conversation_id(ordinal)
    cursors = (cursor for cursor in strata.deep_cursors if cursor.conversation == ordinal)
    for cursor in sorted(cursors, key=lambda c: c.created_at):
        before = await _cursor(chat, conversation, cursor)
        forget()
        if len((await chat.older_page(user, conversation, before=before, limit=_PAGE)).rows) == _PAGE:
            return


async def _cursor(chat: Chat, conversation: UUID, cursor: DeepCursor) -> Cursor:
    """As the variant's own pages would give it: its kind of id, and how many rows come before where it counts them."""
    created_at = from_datetime(cursor.created_at)
    ids = await chat.db.fetch(in_own_names(_ID_AT, chat.variant.names), conversation, created_at)
    depth = None
    if chat.variant.policy.pages == "offset":
        depth = await chat.db.fetchval(in_own_names(_DEPTH_AT, chat.variant.names), conversation, created_at)
    return Cursor(created_at, ids[0]["id"] if ids else cursor.message_id, depth)
