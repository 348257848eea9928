"""Outboxes are bounded, and a channel is listened to while somebody listens."""

import asyncio

import pytest

from reference_server.outbox import Outbox, Registry


async def test_frames_come_out_in_the_order_in_which_they_went_in():
    outbox = Outbox()
    for frame in "abc":
        outbox.put(frame)
    assert [await outbox.take() for _ in range(3)] == ["a", "b", "c"]


async def test_take_waits_for_a_frame():
    outbox = Outbox()
    waiting = asyncio.create_task(outbox.take())
    await asyncio.sleep(0)
    assert not waiting.done()
    outbox.put("late")
    assert await waiting == "late"


async def test_one_frame_too_many_closes_the_outbox_for_good():
    outbox, told = Outbox(room=2), []
    outbox.on_overflow = lambda: told.append(True)
    for frame in "abcd":
        outbox.put(frame)
    assert outbox.overflowed
    assert told == [True]
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(outbox.take(), 0.01)


async def test_few_but_long_frames_close_the_outbox_too():
    outbox = Outbox(room_characters=10)
    outbox.put("12345678")
    assert await outbox.take() == "12345678"
    outbox.put("12345678")
    outbox.put("123")
    assert outbox.overflowed


async def test_a_reader_that_keeps_up_never_overflows():
    outbox = Outbox(room=2)
    for number in range(100):
        outbox.put(str(number))
        assert await outbox.take() == str(number)
    assert not outbox.overflowed


async def test_every_device_of_a_user_gets_the_frame():
    registry, phone, laptop, stranger = Registry(), Outbox(), Outbox(), Outbox()
    registry.add(b"ann", phone)
    registry.add(b"ann", laptop)
    registry.add(b"bob", stranger)
    registry.deliver(b"ann", "hi")
    registry.deliver(b"bob", "ho")
    assert [await outbox.take() for outbox in (phone, laptop, stranger)] == ["hi", "hi", "ho"]


async def test_a_channel_stays_until_its_last_device_leaves():
    registry, phone, laptop = Registry(), Outbox(), Outbox()
    registry.add(b"ann", phone)
    registry.add(b"ann", laptop)
    registry.remove(b"ann", phone)
    assert b"ann" in registry
    registry.remove(b"ann", laptop)
    assert b"ann" not in registry
    assert registry.channels() == []


async def test_leaving_twice_changes_nothing():
    registry, phone, laptop = Registry(), Outbox(), Outbox()
    registry.add(b"ann", phone)
    registry.add(b"ann", laptop)
    registry.remove(b"ann", phone)
    registry.remove(b"ann", phone)
    assert b"ann" in registry


async def test_a_full_outbox_holds_up_nobody_else():
    registry, slow, quick = Registry(), Outbox(room=1), Outbox()
    registry.add(b"ann", slow)
    registry.add(b"ann", quick)
    slow.on_overflow = lambda: registry.remove(b"ann", slow)
    for frame in "abc":
        registry.deliver(b"ann", frame)
    assert [await quick.take() for _ in range(3)] == ["a", "b", "c"]
    assert slow.overflowed
