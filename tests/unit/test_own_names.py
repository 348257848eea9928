"""A schema's own names: the chat's SQL said in them, and what is said when it cannot be."""

from pathlib import Path

import pytest

from datasets.columns import SCHEMAS
from reference_server.errors import BrokenVariant, CannotRename
from reference_server.names import CHAT, Names, in_own_names, names_from
from reference_server.variant import SQL

OWN = Names(
    tables={"messages": "posts", "conversations": "rooms"},
    columns={
        "messages": {"id": "post_id", "content": "body", "conversation_id": "room_id", "updated_at": None},
        "conversations": {"user1_id": "first_id"},
    },
)


def test_the_names_that_can_be_mapped_are_the_datasets_own():
    assert {table: tuple(schema.names) for table, schema in SCHEMAS.items()} == dict(CHAT)


def test_an_answer_keeps_the_chats_names():
    said = in_own_names("SELECT m.content FROM messages AS m WHERE m.id = $1", OWN)
    assert said == 'SELECT m."body" AS content FROM "posts" AS m WHERE m."post_id" = $1'


def test_what_a_with_query_answers_is_not_renamed_again():
    text = "WITH m AS (UPDATE messages AS m SET content = $1 RETURNING m.id) SELECT m.id FROM m"
    said = in_own_names(text, OWN)
    assert said == ('WITH m AS (UPDATE "posts" AS m SET "body" = $1 RETURNING m."post_id" AS id) SELECT m.id FROM m')


def test_columns_that_stand_without_a_table_are_those_of_the_statements_table():
    text = "INSERT INTO messages AS m (id, content) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING RETURNING m.content"
    assert in_own_names(text, OWN) == (
        'INSERT INTO "posts" AS m ("post_id", "body") VALUES ($1, $2) ON CONFLICT ("post_id") DO NOTHING '
        'RETURNING m."body" AS content'
    )


def test_a_reference_names_the_columns_of_the_table_it_leads_to():
    text = "ALTER TABLE messages ADD CONSTRAINT content FOREIGN KEY (conversation_id) REFERENCES conversations (id);"
    assert in_own_names(text, OWN) == (
        'ALTER TABLE "posts" ADD CONSTRAINT content FOREIGN KEY ("room_id") REFERENCES "rooms" (id);'
    )


def test_a_table_that_is_named_in_a_string_is_renamed_where_its_meaning_is_plain():
    said = in_own_names("SELECT pg_get_serial_sequence('messages', 'id')", OWN)
    assert said == "SELECT pg_get_serial_sequence('\"posts\"', 'post_id')"


def test_comments_and_lines_stay_as_they_are():
    text = "-- messages, content\n\nSELECT m.content\nFROM messages AS m;\n"
    assert in_own_names(text, OWN) == '-- messages, content\n\nSELECT m."body" AS content\nFROM "posts" AS m;\n'


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("SELECT 1;\nUPDATE messages SET updated_at = now()", 2, "it needs messages.updated_at"),
        ("SELECT m.* FROM messages AS m", 1, "by a star"),
        ("DO $$ BEGIN DELETE FROM messages; END $$", 1, "a body says messages"),
        ("CREATE VIEW v AS SELECT id FROM messages", 1, "a definition reads messages"),
        ("SELECT FROM WHERE (", 1, "cannot be read as SQL"),
    ],
)
def test_what_cannot_be_said_in_own_names_is_refused_with_its_line(text, line, problem):
    with pytest.raises(CannotRename, match=problem) as refused:
        in_own_names(text, OWN)
    assert refused.value.line == line


def test_a_schema_of_the_chats_names_takes_the_text_as_it_is():
    text = "DO $$ messages $$"
    assert in_own_names(text, Names()) == text


def test_every_statement_of_every_operation_can_be_said_in_own_names():
    everything = Names(
        tables={table: f"own_{table}" for table in CHAT},
        columns={table: {column: f"own_{column}" for column in columns} for table, columns in CHAT.items()},
    )
    for path in SQL.glob("queries/**/*.sql"):
        text = path.read_text()
        said = in_own_names(text, everything)
        assert said.count("\n") == text.count("\n")
        assert said.count("$") == text.count("$")


@pytest.mark.parametrize(
    ("names", "key", "expected"),
    [
        ({"tabels": {}}, "names.tabels", "tables"),
        ({"tables": {"mesages": "posts"}}, "names.tables.mesages", "messages"),
        ({"columns": {"messages": {"contnt": "body"}}}, "names.columns.messages.contnt", "content"),
        ({"columns": {"messages": {"content": 'bo"dy'}}}, "names.columns.messages.content", "no name"),
        ({"tables": {"messages": False}}, "names.tables.messages", "no name"),
        ({"columns": {"messages": {"content": "media"}}}, "names.columns.messages.media", "is content as well"),
        ({"tables": "posts"}, "names.tables", "a table"),
    ],
)
def test_a_key_that_means_nothing_is_answered_with_file_key_and_near_names(names, key, expected):
    with pytest.raises(BrokenVariant, match=expected) as refused:
        names_from(Path("mine/variant.toml"), names)
    assert refused.value.key == key
