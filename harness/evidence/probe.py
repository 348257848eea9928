"""The probe: a few hundred sends and mark-reads after the window, for the WAL of one write, index by index.

The window mixes operations, and a scenario may send nothing. Here nothing else writes, so that WAL divided by messages
is the price of one. The clone is dropped afterwards.
"""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg

from datasets.manifest import Strata
from datasets.message_ids import uuid7
from datasets.shape import Dataset
from harness.evidence.questions import Question, Recorder
from harness.evidence.wal import Wal, read_wal
from reference_server.chat import Chat
from reference_server.errors import ChatError
from reference_server.opening import open_chat
from reference_server.records import Draft
from reference_server.variant import Variant

_SENDS, _WARMING = 200, 20
_CONVERSATIONS_EACH = 16
_TEXT = "See you at eight, then; bring the photographs if you find them."
_STRATUM = "hot conversation"


async def probe_writes(
    dsn: str, redis_url: str, variant: Variant, dataset: Dataset, strata: Strata
) -> tuple[dict[str, Any], list[Question]]:
    """What one send and one mark-read write, and the statements that they sent. Raises ChatError."""
    async with open_chat(dsn, redis_url, variant, connections=1) as chat:
        recorder = Recorder(chat)
        pairs = list(_pairs(dataset, strata))
        drafts = _drafts(variant)
        await _record_send(chat, recorder, pairs[0], next(drafts))
        await _send(chat, pairs, drafts, _WARMING)
        start = await position(dsn)
        sent_us = await _send(chat, pairs, drafts, _SENDS)
        middle = await position(dsn)
        marked = await _mark_read(chat, pairs)
        end = await position(dsn)
        await recorder.record(_STRATUM, lambda: chat.mark_read(pairs[0][2], pairs[0][0]))
        # something to mark, for the plan
        await _send(chat, pairs[:1], drafts, 3)
    return {
        "sends": len(sent_us),
        "send_us": sent_us,
        "send": _per(await read_wal(dsn, start, middle), len(sent_us)),
        "mark_reads": len(marked),
        "marked_messages": sum(marked),
        "mark_read": _per(await read_wal(dsn, middle, end), len(marked)),
    }, recorder.questions


async def position(dsn: str) -> str:
    """The end of the WAL, all of it on disk."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("SET synchronous_commit = on")
        await connection.execute("SELECT pg_logical_emit_message(true, 'chatbench', '')")
        found: str = await connection.fetchval("SELECT pg_current_wal_flush_lsn()::text")
        return found
    finally:
        await connection.close()


def _pairs(dataset: Dataset, strata: Strata) -> Iterator[tuple[UUID, UUID, UUID]]:
    """(conversation, sender, receiver), long and short conversations in turn."""
    for both in zip(strata.hot[:_CONVERSATIONS_EACH], strata.cold[:_CONVERSATIONS_EACH], strict=False):
        for ordinal in both:
            first, second = dataset.members(ordinal)
            yield dataset.conversation_id(ordinal), dataset.user_id(first), dataset.user_id(second)


def _drafts(variant: Variant) -> Iterator[Draft]:
    """Of the variant's kind of ids; random ones are the same for each lane."""
    draw = random.Random(1)
    time_first = variant.identifiers.messages == "uuid7"
    while True:
        chosen = UUID(int=draw.getrandbits(128), version=4)
        yield Draft(id=uuid7(chosen, time.time_ns() // 1_000) if time_first else chosen, type="text", content=_TEXT)


async def _record_send(chat: Chat, recorder: Recorder, pair: tuple[UUID, UUID, UUID], draft: Draft) -> None:
    """Sent and deleted again, so that the statement can be explained with the same arguments later."""
    conversation, sender, _ = pair
    sent: list[Any] = []

    async def send() -> None:
        sent.append(await chat.send(sender, conversation, draft))

    await recorder.record(_STRATUM, send)
    if sent:
        await recorder.record(_STRATUM, lambda: chat.delete_message(sender, sent[0].message["id"]))


async def _send(chat: Chat, pairs: Sequence[tuple[UUID, UUID, UUID]], drafts: Iterator[Draft], count: int) -> list[int]:
    """Microseconds of each; a pair in which one blocks the other is passed over."""
    took: list[int] = []
    for turn in range(3 * count):
        conversation, sender, _ = pairs[turn % len(pairs)]
        started = time.perf_counter_ns()
        try:
            await chat.send(sender, conversation, next(drafts))
        except ChatError as problem:
            if problem.outcome_unknown:
                raise
            continue
        took.append((time.perf_counter_ns() - started) // 1000)
        if len(took) == count:
            break
    return took


async def _mark_read(chat: Chat, pairs: Sequence[tuple[UUID, UUID, UUID]]) -> list[int]:
    return [await chat.mark_read(receiver, conversation) for conversation, _, receiver in pairs]


def _per(wal: Wal, calls: int) -> dict[str, Any]:
    """Bytes per call without images, of this database's tables and indexes; None where the server does not tell.

    The commit itself, some 50 bytes, is in `server_wal_bytes`, with whatever else the server wrote meanwhile.
    """
    if not calls or wal.record_bytes is None:
        return {"wal_bytes": None, "server_wal_bytes": None, "relations": None, "note": wal.note}
    relations = {
        name: {"kind": told["kind"], "table": told["table"], "wal_bytes": told["bytes"] / calls}
        for name, told in (wal.relations or {}).items()
    }
    return {
        "wal_bytes": wal.record_bytes / calls if wal.relations is None else _sum(relations),
        "server_wal_bytes": wal.record_bytes / calls,
        "relations": relations if wal.relations is not None else None,
        "note": wal.note,
    }


def _sum(relations: Mapping[str, Mapping[str, Any]]) -> float:
    return float(sum(told["wal_bytes"] for told in relations.values()))
