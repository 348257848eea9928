"""The link: the page's end of the wire to the supervisor. In gevent's world, where a blocked greenlet blocks nobody."""

import itertools
import os
import socket
from collections.abc import Callable
from typing import Any

import gevent
import gevent.event
import gevent.lock
import orjson

from harness.ui.errors import PageEndedError


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """The supervisor's answer is a sentence about what is wrong."""


class Link:
    """Asks, and hears orders."""

    def __init__(self, path: str, on_order: Callable[[dict[str, Any]], None]) -> None:
        self._numbers = itertools.count()
        self._waiting: dict[int, gevent.event.AsyncResult[dict[str, Any]]] = {}
        self._on_order = on_order
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(path)
        self._sending = gevent.lock.BoundedSemaphore(1)
        gevent.spawn(self._hear)

    def ask(self, what: str, *, timeout_s: float | None = 30.0, **facts: Any) -> dict[str, Any]:
        """The answer; Refused where the supervisor says no."""
        number = next(self._numbers)
        answer = self._waiting[number] = gevent.event.AsyncResult()
        try:
            with self._sending:
                self._socket.sendall(orjson.dumps({"id": number, "ask": what, **facts}) + b"\n")
            reply: dict[str, Any] = answer.get(timeout=timeout_s)
        except gevent.Timeout as error:
            raise PageEndedError(f"The supervisor did not answer {what!r} within {timeout_s} s.") from error
        finally:
            del self._waiting[number]
        if "error" in reply:
            raise Refused(reply["error"])
        told: dict[str, Any] = reply["answer"]
        return told

    def _hear(self) -> None:
        with self._socket.makefile("rb") as lines:
            for line in lines:
                heard = orjson.loads(line)
                if "do" in heard:
                    gevent.spawn(self._on_order, heard)
                elif heard["id"] in self._waiting:
                    self._waiting[heard["id"]].set(heard)
        # whoever prepares and cleans up is gone: nothing here may outlive it
        os._exit(0)
