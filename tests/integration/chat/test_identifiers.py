"""Messages whose ids are random, begin with their time, or are numbers: the use cases answer alike."""

import pytest

from reference_server.errors import Conflict, NotFound
from reference_server.events import message_new
from reference_server.records import Cursor, Draft
from reference_server.variant import load_variant
from tests.integration.chat.conftest import text

KINDS = ("spec", "uuid7", "bigint", "hash16", "monthly_hash", "monthly_default", "monthly_bounded")
in_every_kind = pytest.mark.parametrize("variant_name", KINDS)


@in_every_kind
async def test_pages_give_each_message_once_also_across_cursors_as_text(world):
    said = [await world.say(world.ann, str(n)) for n in range(7)]
    page = await world.chat.newest_page(world.bob, world.conversation, limit=3)
    seen = [row["id"] for row in page.rows]
    while page.next is not None:
        before = Cursor.decode(page.next.encode())
        page = await world.chat.older_page(world.bob, world.conversation, before=before, limit=3)
        seen += [row["id"] for row in page.rows]
    assert seen == said[::-1]


@in_every_kind
async def test_a_send_that_is_tried_again_is_stored_once_and_the_id_is_refused_elsewhere(world):
    draft = text("once")
    first = await world.chat.send(world.ann, world.conversation, draft)
    again = await world.chat.send(world.ann, world.conversation, draft)
    assert (first.is_new, again.is_new) == (True, False)
    assert first.message["id"] == again.message["id"]
    elsewhere = await world.chat.open_conversation(world.ann, world.eve)
    with pytest.raises(Conflict):
        await world.chat.send(world.ann, elsewhere["id"], Draft(id=draft.id, type="text", content="other"))


@in_every_kind
async def test_the_list_shows_the_last_message_with_and_without_redis_and_a_deletion_shows_the_one_before(world):
    first, last = [await world.say(world.ann, content) for content in ("first", "last")]
    for _ in range(2):
        listed = await world.chat.conversation_list(world.bob, limit=5)
        assert listed.last_messages[world.conversation].id == last
        await world.chat.redis.flushdb()
    await world.chat.delete_message(world.ann, last)
    listed = await world.chat.conversation_list(world.bob, limit=5)
    assert listed.last_messages[world.conversation].id == first
    with pytest.raises(NotFound):
        await world.chat.delete_message(world.ann, last)


@in_every_kind
async def test_a_resume_brings_what_followed_and_marking_read_counts_it(world):
    said = [await world.say(world.ann, str(n)) for n in range(3)]
    first = (await world.chat.newest_page(world.bob, world.conversation, limit=3)).rows[-1]
    after = Cursor(first["created_at"], first["id"])
    missed = [row["id"] async for batch in world.chat.missed_messages(world.bob, after=after) for row in batch.rows]
    assert missed == said[1:]
    assert await world.chat.mark_read(world.bob, world.conversation) == 3


@pytest.mark.parametrize("variant_name", ["bigint"])
async def test_where_messages_are_numbered_an_event_also_has_the_id_that_the_client_chose(world):
    draft = text("numbered")
    sent = await world.chat.send(world.ann, world.conversation, draft)
    event = message_new(sent.message)
    assert f'"id":"{sent.message["id"]}"'.encode() in event
    assert f'"client_id":"{draft.id}"'.encode() in event
    assert await world.chat.retold(world.conversation, draft.id) == event


def test_a_variant_says_what_its_message_ids_are():
    kinds = {name: load_variant(name).identifiers.messages for name in ("spec", "uuid7", "bigint", "hash16+uuid7")}
    assert kinds == {"spec": "uuid4", "uuid7": "uuid7", "bigint": "bigint", "hash16+uuid7": "uuid7"}
