"""Four databases answer as one: the same lists, pages and counts as the unsharded schema, before and after writes."""

from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

import pytest

from datasets.generate import generate
from datasets.shape import dataset
from harness.trial.beside import beside
from reference_server.cache.unread import conversation_key, total_key
from reference_server.errors import NotFound
from reference_server.opening import open_chat
from reference_server.records import Cursor, Draft
from reference_server.sharding import shard_of
from reference_server.times import NEVER
from reference_server.variant import load_variant
from tests.integration.clones import cloned

DATA = dataset("tiny", seed=1)
USERS = [DATA.user_id(ordinal) for ordinal in range(12)]


@pytest.fixture(scope="module")
async def both(servers, tmp_path_factory):
    """Chats over clones of spec and of sharded_application, each with a Redis of its own."""
    folder = tmp_path_factory.mktemp("tiny")
    manifest = generate(DATA, folder)
    async with AsyncExitStack() as closing:
        chats = []
        for number, name in ((2, "spec"), (3, "sharded_application")):
            opened = over_clone(servers, load_variant(name), manifest, folder, servers.redis_url(number))
            chats.append(await closing.enter_async_context(opened))
        yield chats


@asynccontextmanager
async def over_clone(servers, variant, manifest, folder, redis_url):
    async with (
        cloned(servers, variant, manifest, folder, build="t") as (made, clone),
        beside(servers.stack, variant, made, clone) as others,
    ):
        shards = others.environment.get("CHATBENCH_POSTGRES_SHARDS", "").split()
        async with open_chat(servers.dsn(clone), redis_url, variant, connections=2, shards=shards) as chat:
            await chat.redis.flushdb()
            yield chat


async def same(both, ask):
    one, other = [await ask(chat) for chat in both]
    assert one == other
    return one


def rows(page):
    return [dict(row) for row in page.rows]


async def test_each_conversation_with_its_messages_is_in_the_shard_of_its_id(both):
    shards = both[1].db._shards
    held = [await shard.fetch("SELECT id FROM conversations") for shard in shards]
    assert sum(map(len, held)) == DATA.conversations
    assert all(shard_of(row["id"], 4) == number for number, found in enumerate(held) for row in found)
    messages = [await shard.fetchval("SELECT count(*) FROM messages") for shard in shards]
    assert sum(messages) == DATA.messages
    assert min(messages) > 0


async def test_a_list_over_the_shards_equals_the_unsharded_list_page_by_page(both):
    for user in USERS:
        before, seen = None, 0
        while True:
            page = await same(both, lambda chat, u=user, b=before: listed(chat, u, b))
            seen += len(page[0])
            if len(page[0]) < 5:
                break
            last = page[0][-1]
            at = NEVER if last["last_message_at"] is None else last["last_message_at"]
            before = Cursor(at, last["id"])
        assert seen > 0


async def listed(chat, user, before):
    page = await chat.conversation_list(user, limit=5, before=before)
    return rows(page), page.last_messages


async def test_pages_galleries_counts_and_blocks_are_the_same(both):
    for ordinal in range(6):
        conversation, user = DATA.conversation_id(ordinal), DATA.user_id(DATA.members(ordinal)[0])
        newest = await same(both, lambda chat, c=conversation, u=user: page_of(chat, u, c))
        assert newest
        await same(both, lambda chat, c=conversation, u=user: gallery_of(chat, u, c))
        await same(both, lambda chat, c=conversation, u=user: chat.unread_conversation(u, c))
        await same(both, lambda chat, u=user: chat.unread_total(u))
        await same(both, lambda chat, u=user: blocks_of(chat, u))


async def page_of(chat, user, conversation):
    return rows(await chat.newest_page(user, conversation, limit=20))


async def gallery_of(chat, user, conversation):
    return rows(await chat.media_gallery(user, conversation, kind="image", limit=20))


async def blocks_of(chat, user):
    return rows(await chat.block_list(user, limit=20))


async def test_sends_reads_and_deletions_leave_both_the_same(both):
    conversation = DATA.conversation_id(1)
    first, second = (DATA.user_id(ordinal) for ordinal in DATA.members(1))
    for chat in both:
        await chat.block_remove(first, second)
        await chat.block_remove(second, first)
    drafts = [Draft(id=uuid4(), type="text", content=f"{number}") for number in range(4)]
    for chat in both:
        for draft in drafts:
            assert (await chat.send(first, conversation, draft)).is_new
        assert not (await chat.send(first, conversation, drafts[0])).is_new
        await chat.delete_message(first, drafts[3].id)
    assert await same(both, lambda chat: chat.unread_conversation(second, conversation)) >= 3
    assert await same(both, lambda chat: chat.mark_read(second, conversation)) >= 3
    await same(both, lambda chat: chat.unread_total(second))
    listing = await same(both, lambda chat: top_of_list(chat, second))
    assert listing == (conversation, drafts[2].id, 0)


async def top_of_list(chat, user):
    top = (await chat.conversation_list(user, limit=1)).rows[0]
    return top["id"], top["last_message_id"], top["unread_count"]


async def test_two_who_open_a_conversation_at_once_get_the_same_one_and_strangers_get_none(both):
    sharded = both[1]
    first, second = USERS[0], await stranger_of(sharded, USERS[0])
    opened = await sharded.open_conversation(first, second)
    again = await sharded.open_conversation(second, first)
    assert opened["id"] == again["id"]
    assert opened["id"] == await sharded.db.fetchval(
        "SELECT id FROM conversation_pairs WHERE $1 IN (user1_id, user2_id) AND $2 IN (user1_id, user2_id)",
        first,
        second,
    )
    with pytest.raises(NotFound):
        await sharded.open_conversation(first, uuid4())


async def stranger_of(chat, user):
    known = {row["other_id"] for row in (await chat.conversation_list(user, limit=100)).rows}
    return next(other for ordinal in range(DATA.users) if (other := DATA.user_id(ordinal)) not in known | {user})


async def test_a_block_is_seen_in_every_shard_and_a_user_leaves_all_of_them(both):
    sharded = both[1]
    leaving = DATA.user_id(DATA.members(0)[0])
    mine = (await sharded.conversation_list(leaving, limit=100)).rows
    assert len({shard_of(row["id"], 4) for row in mine}) > 1
    await sharded.delete_user(leaving)
    for shard in sharded.db._shards:
        assert await shard.fetchval("SELECT count(*) FROM users WHERE id = $1", leaving) == 0
        assert await shard.fetchval("SELECT count(*) FROM conversations WHERE $1 IN (user1_id, user2_id)", leaving) == 0
    assert (await sharded.conversation_list(leaving, limit=10)).rows == []
    keys = [total_key(leaving), *(conversation_key(leaving, row["id"]) for row in mine)]
    assert await sharded.redis.exists(*keys) == 0
