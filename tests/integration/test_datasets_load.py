import asyncio

import asyncpg
import pytest

from datasets.errors import DatasetError
from datasets.generate import generate
from datasets.load import copy_table, stream_messages
from datasets.shape import dataset
from datasets.totals import Totals

DATA = dataset("tiny")
TABLES = """
CREATE TABLE users (id uuid PRIMARY KEY, username text UNIQUE NOT NULL, display_name text, avatar_url text,
    created_at timestamptz, updated_at timestamptz);
CREATE TABLE conversations (id uuid PRIMARY KEY, user1_id uuid REFERENCES users, user2_id uuid REFERENCES users,
    last_message_id uuid, last_message_at timestamptz, user1_unread_count integer, user2_unread_count integer,
    created_at timestamptz, updated_at timestamptz, UNIQUE (user1_id, user2_id), CHECK (user1_id < user2_id));
CREATE TABLE messages (id uuid PRIMARY KEY, conversation_id uuid REFERENCES conversations,
    sender_id uuid REFERENCES users, receiver_id uuid REFERENCES users, type varchar(20), content text, media jsonb,
    is_read boolean, read_at timestamptz, created_at timestamptz, updated_at timestamptz,
    CHECK (content IS NOT NULL OR media IS NOT NULL));
CREATE TABLE blocks (id uuid PRIMARY KEY, blocker_id uuid REFERENCES users, blocked_id uuid REFERENCES users,
    created_at timestamptz, UNIQUE (blocker_id, blocked_id), CHECK (blocker_id <> blocked_id));
CREATE TABLE streamed (LIKE messages);
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    generate(DATA, folder)
    return folder


@pytest.fixture
async def connection(fresh_database):
    connection = await asyncpg.connect(fresh_database)
    await connection.execute(TABLES)
    yield connection
    await connection.close()


async def load(connection, folder):
    return {table: await copy_table(connection, table, folder) for table in ("users", "conversations", "messages")}


async def test_every_table_loads_under_all_its_keys_and_checks(connection, folder):
    copied = await load(connection, folder)
    copied["blocks"] = await copy_table(connection, "blocks", folder)
    assert copied == {"users": 400, "conversations": 1000, "messages": 20_000, "blocks": 200}
    for table, rows in copied.items():
        assert await connection.fetchval(f"SELECT count(*) FROM {table}") == rows


async def test_ids_computed_here_find_their_rows_there(connection, folder):
    await load(connection, folder)
    row = await connection.fetchrow("SELECT * FROM conversations WHERE id = $1", DATA.conversation_id(5))
    assert (row["user1_id"], row["user2_id"]) == tuple(DATA.user_id(user) for user in DATA.members(5))
    count = "SELECT count(*) FROM messages WHERE conversation_id = $1"
    assert await connection.fetchval(count, DATA.conversation_id(0)) == DATA.conversation_length(0)


async def test_the_servers_own_recount_agrees_with_the_denormalised_columns(connection, folder):
    await load(connection, folder)
    wrong = await connection.fetchval("""
        SELECT count(*) FROM conversations c
        CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE NOT is_read AND receiver_id = c.user1_id) AS first,
                                   count(*) FILTER (WHERE NOT is_read AND receiver_id = c.user2_id) AS second
                            FROM messages WHERE conversation_id = c.id) AS unread
        CROSS JOIN LATERAL (SELECT id, created_at FROM messages WHERE conversation_id = c.id
                            ORDER BY created_at DESC, id DESC LIMIT 1) AS last
        WHERE (c.user1_unread_count, c.user2_unread_count, c.last_message_id, c.last_message_at)
              IS DISTINCT FROM (unread.first, unread.second, last.id, last.created_at)""")
    assert wrong == 0


async def test_media_arrives_as_jsonb_arrays(connection, folder):
    await load(connection, folder)
    kinds = await connection.fetch("SELECT DISTINCT type, jsonb_array_elements(media) ->> 'type' FROM messages")
    assert sorted(map(tuple, kinds)) == [("file", "file"), ("image", "image"), ("video", "video")]


async def test_streamed_messages_equal_those_from_the_files(connection, folder):
    await load(connection, folder)
    totals, seen = Totals.empty(DATA), []
    rows = await stream_messages(DATA, connection, as_table="streamed", progress=seen.append, totals=totals)
    assert rows == sum(seen) == DATA.messages
    differ = "SELECT count(*) FROM (TABLE messages EXCEPT TABLE streamed) AS missing"
    assert await connection.fetchval(differ) == 0
    assert totals.unread.sum() == await connection.fetchval("SELECT count(*) FROM messages WHERE NOT is_read")


async def test_several_connections_share_one_copy(connection, fresh_database):
    other = await asyncpg.connect(fresh_database)
    data = dataset("small")
    try:
        rows = await stream_messages(data, connection, more=[other], as_table="streamed")
    finally:
        await other.close()
    assert rows == data.messages
    assert await connection.fetchval("SELECT count(DISTINCT id) FROM streamed") == data.messages


async def test_a_refused_copy_raises_the_servers_error_and_leaves_the_connection_usable(connection, folder):
    with pytest.raises(asyncpg.UndefinedTableError):
        await copy_table(connection, "messages", folder, as_table="nowhere")
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await copy_table(connection, "messages", folder)
    assert await connection.fetchval("SELECT count(*) FROM messages") == 0


async def test_a_cancelled_copy_leaves_no_rows(connection):
    started = asyncio.Event()
    copying = asyncio.create_task(
        stream_messages(dataset("medium"), connection, as_table="streamed", progress=lambda _: started.set())
    )
    await started.wait()
    copying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await copying
    assert await connection.fetchval("SELECT count(*) FROM streamed") == 0


async def test_a_table_that_no_dataset_has_is_named(connection, folder):
    with pytest.raises(DatasetError, match="no table 'likes'"):
        await copy_table(connection, "likes", folder)


async def test_a_damaged_file_is_named_and_nothing_is_copied(connection, tmp_path):
    generate(DATA, tmp_path)
    (tmp_path / "users.parquet").write_bytes(b"PAR1 no longer")
    with pytest.raises(DatasetError, match=r"users\.parquet cannot be read"):
        await copy_table(connection, "users", tmp_path)
    assert await connection.fetchval("SELECT count(*) FROM users") == 0
