"""Cursors and pages."""

from uuid import UUID, uuid4

import orjson
import pytest

from reference_server import pages
from reference_server.errors import BadCursor
from reference_server.records import ConversationPage, Cursor, LastMessage, Page
from reference_server.times import EARLIEST, LATEST, NEVER


@pytest.mark.parametrize("moment", [820_585_815_123_456, -946_771_200_000_000, NEVER, EARLIEST, LATEST])
def test_a_cursor_survives_its_token_to_the_microsecond(moment):
    cursor = Cursor(moment, UUID("00ffee00-0000-4000-8000-0000000000ff"))
    assert Cursor.decode(cursor.encode()) == cursor


@pytest.mark.parametrize("place", [UUID(int=7), 1, 2**62])
@pytest.mark.parametrize("depth", [None, 0, 10_000])
def test_a_cursor_may_hold_a_number_in_place_of_a_uuid_and_a_depth(place, depth):
    cursor = Cursor(NEVER, place, depth)
    assert Cursor.decode(cursor.encode()) == cursor


def test_a_token_is_safe_in_a_url():
    tokens = "".join(Cursor(820_540_800_000_000 + n * 86_400_000_000, uuid4()).encode() for n in range(200))
    assert tokens.replace("-", "a").replace("_", "a").isalnum()


@pytest.mark.parametrize(
    "text", ["", "x", "é", "AAAA", "A" * 31, "A" * 33, "+" * 32, "f" + "_" * 31, "\x00", "A" * 10_000]
)
def test_what_is_not_a_token_is_a_bad_cursor(text):
    with pytest.raises(BadCursor):
        Cursor.decode(text)


def test_only_a_full_page_has_a_next_one():
    rows = [{"created_at": 820_540_800_000_000, "id": UUID(int=2)}] * 2
    assert Page(rows, 3).next is None
    assert Page(rows, 2).next == Cursor(rows[1]["created_at"], UUID(int=2))


def test_a_conversation_without_messages_is_followed_from_1970():
    rows = [{"last_message_at": None, "id": UUID(int=3)}]
    page = ConversationPage(rows=rows, last_messages={}, presence={}, limit=1)
    assert page.next == Cursor(NEVER, UUID(int=3))


def test_a_last_message_has_its_id_as_a_text_also_where_the_database_numbers_messages():
    last = LastMessage(id=17, sender_id=uuid4(), content="hello", type="text", created_at=0)
    row = {
        "id": uuid4(),
        "other_id": uuid4(),
        "unread_count": 1,
        "last_message_at": 0,
        "created_at": 0,
        "updated_at": 0,
    }
    page = ConversationPage(rows=[row], last_messages={row["id"]: last}, presence={}, limit=5)
    assert orjson.loads(pages.conversations(page))["items"][0]["last_message"]["id"] == "17"
