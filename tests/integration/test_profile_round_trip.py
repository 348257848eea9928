"""A database of a known shape is profiled, and the shape found is that shape."""

import asyncpg
import numpy as np
import pytest

from datasets.generate import generate
from datasets.load import copy_table
from datasets.parameters import LoadCurve, Shape
from datasets.quantiles import Quantiles
from datasets.shape import shaped
from datasets.shape_file import read_shape, written
from harness.profile.errors import ProfileError
from harness.profile.fitting import fitted
from harness.profile.mapping import names_of, read_mapping
from harness.profile.reading import Limits, read
from harness.stack.errors import EnvironmentFailed
from reference_server import schema
from reference_server.variant import load_variant

KNOWN = Shape(
    name="known",
    users_per_message=0.03,
    conversations_per_message=0.08,
    blocks_per_message=0.002,
    conversation_lengths=Quantiles(shares=(0.0, 0.5, 0.9, 0.99, 1.0), values=(1.0, 4.0, 20.0, 100.0, 700.0)),
    text_bytes=Quantiles(shares=(0.0, 0.5, 0.9, 1.0), values=(5.0, 80.0, 300.0, 1500.0)),
    bytes_per_character=1.3,
    media_share=0.12,
    captioned_share=0.25,
    media_kinds=(0.7, 0.1, 0.2),
    unread_share=0.2,
    unread_counts=Quantiles(shares=(0.0, 0.5, 0.9, 1.0), values=(1.0, 2.0, 6.0, 20.0)),
    years=1.5,
    load=LoadCurve(
        by_hour=(0.1,) * 8 + (2.0,) * 10 + (0.5,) * 6, by_weekday=(1.2,) * 5 + (0.5,) * 2, growth_per_year=0.4
    ),
)
PLACES = np.array([0.25, 0.5, 0.75, 0.9, 0.97, 0.99])


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("known")
    generate(shaped(KNOWN, name="known", messages=30_000), folder)
    return folder


async def load(dsn, folder):
    variant = load_variant("spec")
    connection = await asyncpg.connect(dsn)
    try:
        for file in schema.before_load(variant):
            await connection.execute(file.text)
        for table in ("users", "conversations", "messages", "blocks"):
            await copy_table(connection, table, folder)
        await connection.execute("CREATE INDEX ON messages (conversation_id, created_at); ANALYZE")
    finally:
        await connection.close()


async def profiled(dsn, names=None, limits=None, told=None):
    readings = await read(dsn, names or read_mapping(None), limits or Limits(), told or (lambda *_: None))
    return fitted(readings, "found"), readings


def close(one, two, *, rel):
    assert two.at(PLACES) == pytest.approx(one.at(PLACES), rel=rel, abs=1.0)


async def test_the_shape_that_is_found_is_the_shape_that_was_loaded(files, fresh_database):
    await load(fresh_database, files)
    found, _ = await profiled(fresh_database)
    for name in (
        "users_per_message",
        "conversations_per_message",
        "blocks_per_message",
        "years",
        "bytes_per_character",
    ):
        assert getattr(found, name) == pytest.approx(getattr(KNOWN, name), rel=0.03), name
    for name in ("media_share", "captioned_share", "unread_share"):
        assert getattr(found, name) == pytest.approx(getattr(KNOWN, name), rel=0.12), name
    assert found.media_kinds == pytest.approx(KNOWN.media_kinds, abs=0.03)
    close(KNOWN.text_bytes, found.text_bytes, rel=0.1)
    close(KNOWN.unread_counts, found.unread_counts, rel=0.25)
    # scaled as a whole so that the messages suffice for the conversations
    ratio = found.conversation_lengths.mean / KNOWN.conversation_lengths.mean
    assert 0.8 < ratio < 1.2
    assert found.conversation_lengths.at(PLACES) == pytest.approx(
        KNOWN.conversation_lengths.at(PLACES) * ratio, rel=0.25, abs=1
    )
    assert found.load.by_hour == pytest.approx(_relative(KNOWN.load.by_hour), rel=0.1, abs=0.05)
    assert found.load.by_weekday == pytest.approx(_relative(KNOWN.load.by_weekday), rel=0.1)
    assert found.load.growth_per_year == pytest.approx(0.4, abs=0.1)


def _relative(weights):
    mean = sum(weights) / len(weights)
    return tuple(weight / mean for weight in weights)


async def test_data_generated_from_what_was_found_is_found_to_be_the_same_at_another_size(
    files, fresh_database, servers, tmp_path
):
    await load(fresh_database, files)
    found, _ = await profiled(fresh_database)
    (tmp_path / "found.toml").write_text(written(found, []))
    smaller = shaped(read_shape(tmp_path / "found.toml"), name="again", messages=15_000, seed=7)
    generate(smaller, tmp_path / "again")
    connection = await asyncpg.connect(fresh_database)
    await connection.execute("DROP TABLE messages, conversations, blocks, users CASCADE")
    await connection.close()
    await load(fresh_database, tmp_path / "again")
    again, readings = await profiled(fresh_database)
    assert readings.rows["messages"] == 15_000
    close(found.conversation_lengths, again.conversation_lengths, rel=0.15)
    close(found.text_bytes, again.text_bytes, rel=0.1)
    close(found.unread_counts, again.unread_counts, rel=0.3)
    assert again.unread_share == pytest.approx(found.unread_share, rel=0.15)
    assert again.media_share == pytest.approx(found.media_share, rel=0.15)


async def test_a_sample_a_mapping_and_a_missing_index_give_what_can_be_had_and_say_the_rest(files, fresh_database):
    await load(fresh_database, files)
    connection = await asyncpg.connect(fresh_database)
    await connection.execute("DROP INDEX messages_conversation_id_created_at_idx")
    await connection.execute('ALTER TABLE messages RENAME TO "Msg"; ALTER TABLE "Msg" RENAME content TO "bodyText"')
    await connection.close()
    names = names_of({"messages": {"table": "public.Msg", "text": "bodyText"}, "blocks": {"table": ""}}, "x.toml")
    asked = []
    found, readings = await profiled(
        fresh_database, names, Limits(messages=10_000), lambda name, sql, _: asked.append((name, sql))
    )
    assert any(name == "lengths_by_scan" for name, _ in asked)
    assert "SYSTEM (33.3333)" in dict(asked)["texts"]
    assert found.unread_counts is None
    assert any("no index leads" in note for note in readings.notes)
    close(KNOWN.text_bytes, found.text_bytes, rel=0.2)


async def test_a_statement_that_takes_too_long_is_left_out_and_the_rest_is_asked(files, fresh_database):
    await load(fresh_database, files)
    names = names_of({"messages": {"media": "(SELECT m.media FROM pg_sleep(1))"}}, "x.toml")
    found, readings = await profiled(fresh_database, names, Limits(timeout_s=0.9))
    assert found.media_share == 0.03
    assert found.text_bytes is not None
    assert any(note.startswith("media: left out") for note in readings.notes)


async def test_nothing_can_be_written_by_what_a_mapping_says(files, fresh_database):
    await load(fresh_database, files)
    connection = await asyncpg.connect(fresh_database)
    await connection.execute(
        "CREATE FUNCTION sneak() RETURNS text LANGUAGE sql AS 'DELETE FROM blocks RETURNING id::text'"
    )
    names = names_of({"messages": {"media": "sneak()"}}, "x.toml")
    _, readings = await profiled(fresh_database, names)
    assert any("read-only transaction" in note for note in readings.notes)
    assert await connection.fetchval("SELECT count(*) FROM blocks") == 60
    await connection.close()


@pytest.mark.parametrize(("kind", "none", "some"), [("jsonb", "[]", '[{"type": "image"}]'), ("boolean", "no", "yes")])
async def test_an_empty_list_and_a_flag_that_says_no_are_no_media(fresh_database, kind, none, some):
    connection = await asyncpg.connect(fresh_database)
    await connection.execute(f"""
        CREATE TABLE odd AS SELECT i % 5 AS conversation_id, 2 AS receiver_id, 'text' AS type, 'hello' AS content,
            (CASE i % 4 WHEN 0 THEN '{some}' ELSE '{none}' END)::{kind} AS media, false AS is_read, now() AS created_at
        FROM generate_series(1, 800) AS i
    """)
    await connection.close()
    names = names_of({"messages": {"table": "odd"}} | {one: {"table": ""} for one in ("users", "blocks")}, "x.toml")
    found, _ = await profiled(fresh_database, {**names, "conversations": ""})
    assert found.media_share == 0.25
    assert found.blocks_per_message == 0


async def test_a_database_without_the_table_is_answered_with_the_mapping(fresh_database):
    with pytest.raises(ProfileError, match="--mapping FILE"):
        await profiled(fresh_database)


async def test_times_that_are_none_and_rows_of_no_conversation_are_passed_over(fresh_database):
    connection = await asyncpg.connect(fresh_database)
    await connection.execute("""
        CREATE TABLE odd AS SELECT CASE WHEN i > 2 THEN i % 5 END AS conversation_id, 2 AS receiver_id,
            'secret' AS type, repeat('x', i) AS content, NULL::jsonb AS media, false AS is_read,
            CASE i WHEN 1 THEN 'infinity' WHEN 2 THEN '-infinity' WHEN 3 THEN '0044-01-01 BC' WHEN 4 THEN '9999-01-01'
            ELSE now() - i * interval '1 hour' END::timestamptz AS created_at
        FROM generate_series(1, 800) AS i
    """)
    await connection.close()
    names = names_of({"messages": {"table": "odd"}} | {one: {"table": ""} for one in ("users", "blocks")}, "x.toml")
    names = {**names, "conversations": ""}
    found, readings = await profiled(fresh_database, names)
    assert found.years == pytest.approx(800 / 24 / 365.25, rel=0.01)
    assert found.conversation_lengths.at(np.array([1.0])) == pytest.approx([160], abs=1)
    assert "secret" not in repr(readings)


async def test_where_nothing_may_be_seen_there_is_no_profile(files, fresh_database):
    await load(fresh_database, files)
    connection = await asyncpg.connect(fresh_database)
    await connection.execute("ALTER TABLE messages ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    await connection.execute("DROP ROLE IF EXISTS sees_nothing")
    await connection.execute(
        "CREATE ROLE sees_nothing LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO sees_nothing"
    )
    await connection.close()
    try:
        with pytest.raises(ProfileError, match="No question about messages was answered"):
            await profiled(fresh_database.replace("postgres@", "sees_nothing@", 1), names_of({}, ""))
    finally:
        connection = await asyncpg.connect(fresh_database)
        await connection.execute("DROP OWNED BY sees_nothing; DROP ROLE sees_nothing")
        await connection.close()


async def test_a_server_that_goes_away_is_said_to_have_gone(files, fresh_database):
    await load(fresh_database, files)
    names = names_of({"messages": {"is_read": "(pg_terminate_backend(pg_backend_pid()))"}}, "x.toml")
    with pytest.raises(EnvironmentFailed, match=r"is gone .*so no profile was made"):
        await profiled(fresh_database, names)
