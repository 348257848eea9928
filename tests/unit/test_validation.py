"""What a message may be."""

from uuid import UUID

import pytest

from reference_server.errors import BadMessage, BadRequest
from reference_server.records import Draft
from reference_server.validation import check_draft, check_kind, check_limit

PICTURE = {"url": "https://cdn.example/a.png", "type": "image", "mimeType": "image/png", "size": 5, "width": 2}


def draft(kind="text", content=None, media=None):
    return Draft(id=UUID(int=1), type=kind, content=content, media=media)


@pytest.mark.parametrize(
    "good",
    [
        draft(content="Hello 👋 שלום"),
        draft(content="x" * 65_536),
        draft("image", media=[PICTURE] * 10),
        draft("image", content="look", media=[PICTURE]),
        draft("video", media=[{"url": "http://a.example/v", "type": "video", "duration": 3}]),
        draft("file", media=[{"url": "https://a.example/f", "type": "file", "mimeType": "application/pdf"}]),
    ],
)
def test_a_good_message_passes(good):
    check_draft(good)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (draft("sticker", content="x"), "type is 'sticker'"),
        (draft(), "content is empty"),
        (draft(content=""), "content is empty"),
        (draft(content="é" * 32_769), "65538 bytes"),
        (draft(content="a\x00b"), "U\\+0000"),
        (draft(content="\ud800"), "surrogate"),
        (draft(content="x", media=[PICTURE]), "media is given"),
        (draft("image", content="x"), "1 to 10 items"),
        (draft("image", media=[]), "1 to 10 items"),
        (draft("image", media=[PICTURE] * 11), "1 to 10 items"),
        (draft("image", media=["x"]), r"media\[0\] must be an object"),
        (draft("video", media=[PICTURE]), r"media\[0\].type is 'image'"),
        (draft("image", media=[PICTURE, PICTURE | {"mimeType": "image/svg+xml"}]), r"media\[1\].mimeType"),
        (draft("image", media=[PICTURE | {"mimeType": ["image/png"]}]), "mimeType must be text"),
        (draft("image", media=[PICTURE | {"size": 11 * 2**20}]), "at most 10485760"),
        (draft("image", media=[PICTURE | {"size": -1}]), "size must be a whole number"),
        (draft("image", media=[PICTURE | {"width": True}]), "width must be a whole number"),
        (draft("image", media=[PICTURE | {"url": "javascript:alert(1)"}]), "http or https"),
        (draft("image", media=[PICTURE | {"url": None}]), "http or https"),
        (draft("image", media=[PICTURE | {"url": "http://[x"}]), "not a URL"),
        (draft("image", media=[PICTURE | {"filename": "\ud800"}]), "printable"),
        (draft("image", media=[PICTURE | {"colour": "red"}]), "colour is not a media field"),
    ],
)
def test_a_bad_message_is_refused_with_the_field_and_the_rule(bad, why):
    with pytest.raises(BadMessage, match=why):
        check_draft(bad)


def test_a_page_holds_one_to_two_hundred_rows():
    assert [check_limit(limit) for limit in (1, 200)] == [1, 200]
    for limit in (0, -1, 201):
        with pytest.raises(BadRequest):
            check_limit(limit)


def test_a_gallery_does_not_show_text():
    with pytest.raises(BadRequest, match="image, video, file"):
        check_kind("text")
