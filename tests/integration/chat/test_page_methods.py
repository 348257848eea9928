"""Page methods with a known gap lose or repeat messages, as they declare; the others do not."""

from uuid import UUID, uuid4

import pytest

from reference_server.errors import BadCursor
from reference_server.records import Cursor


async def write(world, count: int, *, apart_s: int) -> list[UUID]:
    """Messages of a day in May 2025, the newest first."""
    ids = sorted((uuid4() for _ in range(count)), reverse=True)
    await world.database.executemany(
        "INSERT INTO messages (id, conversation_id, sender_id, receiver_id, content, created_at)"
        " VALUES ($1, $2, $3, $4, 'x', timestamptz '2025-05-05 12:00+00' - make_interval(secs => $5))",
        [(one, world.conversation, world.ann, world.bob, number * apart_s) for number, one in enumerate(ids)],
    )
    return ids


async def walk(world, *, between=None) -> list[UUID]:
    """The ids that bob meets in pages of four, with something done between two pages."""
    page = await world.chat.newest_page(world.bob, world.conversation, limit=4)
    met = [row["id"] for row in page.rows]
    while page.next is not None:
        if between is not None:
            await between()
        page = await world.chat.older_page(world.bob, world.conversation, before=page.next, limit=4)
        met += [row["id"] for row in page.rows]
    return met


@pytest.mark.parametrize("variant_name", ["keyset_time_only"])
async def test_a_time_alone_loses_the_rest_of_the_instant_at_which_a_page_ended(world):
    ids = await write(world, 10, apart_s=0)
    met = await walk(world)
    assert len(met) == len(set(met)) == 4
    assert set(met) < set(ids)


@pytest.mark.parametrize("variant_name", ["keyset_time_only", "offset_pages"])
async def test_both_page_as_they_should_while_times_differ_and_nobody_writes(world):
    ids = await write(world, 10, apart_s=1)
    assert await walk(world) == ids


@pytest.mark.parametrize("variant_name", ["offset_pages"])
async def test_counting_finds_its_way_among_equal_times(world):
    ids = await write(world, 10, apart_s=0)
    assert await walk(world) == ids


@pytest.mark.parametrize("variant_name", ["offset_pages"])
async def test_counting_repeats_a_message_for_each_that_is_sent_between_two_pages(world):
    ids = await write(world, 10, apart_s=1)
    met = await walk(world, between=lambda: world.say(world.ann, "newer"))
    assert sorted(one for one in ids if met.count(one) > 1) == sorted([ids[3], ids[6], ids[9]])


@pytest.mark.parametrize("variant_name", ["offset_pages"])
async def test_counting_loses_a_message_when_one_is_deleted_between_two_pages(world):
    ids = await write(world, 10, apart_s=1)
    doomed = iter(ids)
    met = await walk(world, between=lambda: world.chat.delete_message(world.ann, next(doomed)))
    assert ids[4] not in met


@pytest.mark.parametrize("variant_name", ["spec", "archive", "soft_delete"])
async def test_a_place_neither_loses_nor_repeats_whatever_happens_between_two_pages(world):
    ids = await write(world, 10, apart_s=0)
    assert await walk(world, between=lambda: world.say(world.ann, "newer")) == ids


@pytest.mark.parametrize("variant_name", ["offset_pages"])
async def test_a_cursor_that_does_not_count_is_refused_where_pages_are_counted(world):
    with pytest.raises(BadCursor, match="how many messages"):
        await world.chat.older_page(world.bob, world.conversation, before=Cursor(0, uuid4()), limit=4)
