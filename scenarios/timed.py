"""A ChatClient whose every call is timed: intended start, actual start, end."""

import asyncio
import time
from collections.abc import Awaitable
from typing import Any, TypeVar
from uuid import UUID

from scenarios.operations import Operation
from scenarios.protocol import ChatClient, PageView
from scenarios.recorder import Recorder

Answer = TypeVar("Answer")


class TimedChat:
    """One virtual user's view of the target.

    The schedule belongs to the task: its first operation is due at the task's intended start, a later one when its
    predecessor has answered.
    """

    def __init__(self, client: ChatClient, recorder: Recorder) -> None:
        self._client = client
        self._recorder = recorder
        self._numbers = {operation: recorder.number(operation.value) for operation in Operation}
        #: When the next operation is due, ns.
        self.due_ns = 0
        #: Set when an operation of the current task failed, so that the task is no good sample either.
        self.failed = False

    async def _time(self, operation: Operation, call: Awaitable[Answer]) -> Answer:
        start = time.perf_counter_ns()
        try:
            answer = await call
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self.due_ns = time.perf_counter_ns()
            self.failed = True
            self._recorder.add_error(operation.value, getattr(error, "code", type(error).__name__))
            raise
        end = time.perf_counter_ns()
        self._recorder.add(self._numbers[operation], self.due_ns, start, end)
        self.due_ns = end
        return answer

    async def newest_page(self, user: UUID, conversation: UUID, *, limit: int) -> PageView:
        return await self._time(Operation.newest_page, self._client.newest_page(user, conversation, limit=limit))

    async def older_page(self, user: UUID, conversation: UUID, *, before: Any, limit: int) -> PageView:
        call = self._client.older_page(user, conversation, before=before, limit=limit)
        return await self._time(Operation.older_page, call)

    async def conversation_list(self, user: UUID, *, limit: int) -> PageView:
        return await self._time(Operation.conversation_list, self._client.conversation_list(user, limit=limit))

    async def media_gallery(self, user: UUID, conversation: UUID, *, kind: str, limit: int) -> PageView:
        call = self._client.media_gallery(user, conversation, kind=kind, limit=limit)
        return await self._time(Operation.media_gallery, call)

    async def open_conversation(self, user: UUID, other: UUID) -> None:
        await self._time(Operation.open_conversation, self._client.open_conversation(user, other))

    async def send(self, user: UUID, conversation: UUID, *, message: UUID, content: str) -> None:
        call = self._client.send(user, conversation, message=message, content=content)
        await self._time(Operation.send, call)

    async def mark_read(self, user: UUID, conversation: UUID) -> None:
        await self._time(Operation.mark_read, self._client.mark_read(user, conversation))

    async def delete_message(self, user: UUID, message: UUID) -> None:
        await self._time(Operation.delete_message, self._client.delete_message(user, message))

    async def unread_total(self, user: UUID) -> None:
        await self._time(Operation.unread_total, self._client.unread_total(user))

    async def unread_conversation(self, user: UUID, conversation: UUID) -> None:
        await self._time(Operation.unread_conversation, self._client.unread_conversation(user, conversation))

    async def heartbeat(self, user: UUID) -> None:
        await self._time(Operation.heartbeat, self._client.heartbeat(user))

    async def go_offline(self, user: UUID) -> None:
        await self._time(Operation.go_offline, self._client.go_offline(user))

    async def presence_lookup(self, user: UUID, users: list[UUID]) -> None:
        await self._time(Operation.presence_lookup, self._client.presence_lookup(user, users))

    async def last_seen(self, user: UUID, other: UUID) -> None:
        await self._time(Operation.last_seen, self._client.last_seen(user, other))

    async def block_check(self, user: UUID, other: UUID) -> None:
        await self._time(Operation.block_check, self._client.block_check(user, other))

    async def block_list(self, user: UUID, *, limit: int) -> None:
        await self._time(Operation.block_list, self._client.block_list(user, limit=limit))

    async def block_add(self, user: UUID, other: UUID) -> None:
        await self._time(Operation.block_add, self._client.block_add(user, other))

    async def block_remove(self, user: UUID, other: UUID) -> None:
        await self._time(Operation.block_remove, self._client.block_remove(user, other))
