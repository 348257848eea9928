"""A ChatClient whose every call is timed: intended start, actual start, end."""

import asyncio
import time
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from scenarios.operations import Operation
from scenarios.protocol import ChatClient, PageView
from scenarios.recorder import Recorder

Answer = TypeVar("Answer")
#: What awaiting a timed call gives.
Timed: TypeAlias = Coroutine[Any, Any, Answer]


class TimedChat:
    """One virtual user's view of the target.

    The schedule belongs to the task: its first operation is due at the task's intended start, a later one when its
    predecessor has answered. Each method hands on the one coroutine that times, rather than wrapping it in its own.
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

    def newest_page(self, user: UUID, conversation: UUID, *, limit: int) -> Timed[PageView]:
        return self._time(Operation.newest_page, self._client.newest_page(user, conversation, limit=limit))

    def older_page(self, user: UUID, conversation: UUID, *, before: Any, limit: int) -> Timed[PageView]:
        call = self._client.older_page(user, conversation, before=before, limit=limit)
        return self._time(Operation.older_page, call)

    def conversation_list(self, user: UUID, *, limit: int) -> Timed[PageView]:
        return self._time(Operation.conversation_list, self._client.conversation_list(user, limit=limit))

    def media_gallery(self, user: UUID, conversation: UUID, *, kind: str, limit: int) -> Timed[PageView]:
        call = self._client.media_gallery(user, conversation, kind=kind, limit=limit)
        return self._time(Operation.media_gallery, call)

    def open_conversation(self, user: UUID, other: UUID) -> Timed[object]:
        return self._time(Operation.open_conversation, self._client.open_conversation(user, other))

    def send(self, user: UUID, conversation: UUID, *, message: UUID, content: str) -> Timed[object]:
        call = self._client.send(user, conversation, message=message, content=content)
        return self._time(Operation.send, call)

    def mark_read(self, user: UUID, conversation: UUID) -> Timed[object]:
        return self._time(Operation.mark_read, self._client.mark_read(user, conversation))

    def delete_message(self, user: UUID, message: UUID) -> Timed[object]:
        return self._time(Operation.delete_message, self._client.delete_message(user, message))

    def unread_total(self, user: UUID) -> Timed[object]:
        return self._time(Operation.unread_total, self._client.unread_total(user))

    def unread_conversation(self, user: UUID, conversation: UUID) -> Timed[object]:
        return self._time(Operation.unread_conversation, self._client.unread_conversation(user, conversation))

    def heartbeat(self, user: UUID) -> Timed[object]:
        return self._time(Operation.heartbeat, self._client.heartbeat(user))

    def go_offline(self, user: UUID) -> Timed[object]:
        return self._time(Operation.go_offline, self._client.go_offline(user))

    def presence_lookup(self, user: UUID, users: list[UUID]) -> Timed[object]:
        return self._time(Operation.presence_lookup, self._client.presence_lookup(user, users))

    def last_seen(self, user: UUID, other: UUID) -> Timed[object]:
        return self._time(Operation.last_seen, self._client.last_seen(user, other))

    def block_check(self, user: UUID, other: UUID) -> Timed[object]:
        return self._time(Operation.block_check, self._client.block_check(user, other))

    def block_list(self, user: UUID, *, limit: int) -> Timed[object]:
        return self._time(Operation.block_list, self._client.block_list(user, limit=limit))

    def block_add(self, user: UUID, other: UUID) -> Timed[object]:
        return self._time(Operation.block_add, self._client.block_add(user, other))

    def block_remove(self, user: UUID, other: UUID) -> Timed[object]:
        return self._time(Operation.block_remove, self._client.block_remove(user, other))
