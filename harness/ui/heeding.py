"""Heeding: before Python 3.12 `asyncio.wait_for`, through which redis-py connects and reads, may lose a cancellation.

What was to end then goes on, and its next long wait is for a load that never comes.
"""

import asyncio


def heed_cancellation() -> None:
    """End here if somebody has asked for it; called behind what talks to Redis."""
    task = asyncio.current_task()
    if task and task.cancelling():
        raise asyncio.CancelledError
