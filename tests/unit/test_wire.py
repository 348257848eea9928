"""The wire between the cockpit's two processes."""

import asyncio
import socket

from harness.ui.wire import open_wire


async def test_a_page_that_hangs_up_in_the_middle_is_no_unhandled_error(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a socket's path holds about 100 bytes
    untold: list[dict] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: untold.append(context))

    async def answer(question):
        return question

    async with open_wire(tmp_path.relative_to(tmp_path) / "wire", answer):
        page = socket.socket(socket.AF_UNIX)
        page.connect("wire")
        page.sendall(b'{"id": 1}\n')
        await asyncio.sleep(0.1)
        # the answer is not read, so that the other end sees a reset
        page.close()
        await asyncio.sleep(0.1)
    assert untold == []
