import tomllib
from dataclasses import replace

import numpy as np
import pytest

from datasets.errors import DatasetError
from datasets.generate import generate
from datasets.parameters import BUILT_IN, LoadCurve, Shape
from datasets.quantiles import Quantiles
from datasets.segments import segments
from datasets.shape import dataset, lengths, shaped
from datasets.shape_file import shape_from, written

SUPPORT = Shape(
    name="support",
    users_per_message=0.03,
    conversations_per_message=0.08,
    conversation_lengths=Quantiles(shares=(0.0, 0.5, 0.9, 1.0), values=(1.0, 4.0, 30.0, 400.0)),
    text_bytes=Quantiles(shares=(0.0, 0.5, 1.0), values=(5.0, 80.0, 900.0)),
    bytes_per_character=1.25,
    media_share=0.12,
    media_kinds=(0.5, 0.25, 0.25),
    unread_share=0.25,
    unread_counts=Quantiles(shares=(0.0, 0.9, 1.0), values=(1.0, 3.0, 20.0)),
    years=1.5,
    load=LoadCurve(by_hour=(0.5,) * 12 + (1.5,) * 12, growth_per_year=0.5),
)


def content(shape=SUPPORT, **changed):
    return tomllib.loads(written(shape, [])) | changed


@pytest.mark.parametrize("shape", [SUPPORT, BUILT_IN], ids=["measured", "built in"])
def test_a_shape_that_was_written_is_read_again(shape):
    again = shape_from(content(shape), "x.toml")
    assert written(again, []) == written(shape, [])
    assert again.conversation_lengths == shape.conversation_lengths


def test_remarks_stand_in_front_as_comments():
    assert written(SUPPORT, ["made somewhere"]).startswith("# made somewhere\nname =")
    assert written(SUPPORT, ["left out\nHINT: so"]).startswith("# left out\n# HINT: so\nname =")


def test_a_shape_without_blocks_has_none(tmp_path):
    made = shaped(replace(BUILT_IN, blocks_per_message=0.0), name="alone", messages=20_000)
    assert generate(made, tmp_path).rows["blocks"] == 0


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": "no name"}, "name"),
        ({"people": {"users_per_mesage": 0.1}}, "people.users_per_mesage"),
        ({"people": {"users_per_message": 0}}, "above 0"),
        ({"media": {"media_share": 1.5}}, "from 0 to 1"),
        ({"media": {"media_share": True}}, "from 0 to 1"),
        ({"time": {"by_hour": [1.0] * 23}}, "24 numbers"),
        ({"texts": {"text_bytes": [[0, 5], [0.5, 3], [1, 9]]}}, "ascending"),
        ({"texts": {"text_bytes": [[0.1, 5], [1, 9]]}}, "from 0 to 1"),
        ({"unread": {"unread_share": 0.1}}, "together"),
        ({"wheather": {}}, "wheather"),
    ],
)
def test_a_wrong_key_is_named_with_what_it_must_be(changed, said):
    with pytest.raises(DatasetError, match=r"x\.toml") as raised:
        shape_from(content(**changed), "x.toml")
    assert said in str(raised.value)


def test_lengths_follow_the_shape_and_their_sum_is_exact():
    data = shaped(SUPPORT, name="s", messages=50_000)
    found = lengths(data)
    assert found.sum() == 50_000
    assert found.min() >= 1
    assert (np.diff(found) <= 0).all()
    assert np.median(found) == pytest.approx(4 * data.messages / data.conversations / 11.7, rel=0.3)


def test_members_with_something_unread_are_as_many_as_the_shape_says():
    data = shaped(SUPPORT, name="s", messages=50_000)
    unread, received = np.zeros((data.conversations, 2)), np.zeros((data.conversations, 2))
    for part in segments(data):
        receiver = (~part.from_second).astype(int)
        np.add.at(received, (part.conversation, receiver), 1)
        np.add.at(unread, (part.conversation[part.unread], receiver[part.unread]), 1)
    assert ((unread > 0).sum() / (received > 0).sum()) == pytest.approx(0.25, abs=0.02)
    assert unread.max() <= 20


def test_traffic_falls_on_conversations_in_proportion_to_their_messages():
    data = shaped(SUPPORT, name="s", messages=50_000)
    drawn = data.by_traffic(np.random.default_rng(1).random(200_000))
    share = np.bincount(drawn, minlength=data.conversations)[:20].sum() / 200_000
    assert share == pytest.approx(lengths(data)[:20].sum() / 50_000, rel=0.05)


def test_more_contacts_than_the_law_can_tell_apart_are_refused_with_the_remedy():
    crowded = Shape(name="crowded", users_per_message=0.0005, conversations_per_message=0.5)
    with pytest.raises(DatasetError, match="users_per_message"):
        shaped(crowded, name="crowded", messages=10_000)


def test_the_built_in_sizes_do_not_change_with_what_a_shape_can_say():
    assert dataset("tiny").shape == BUILT_IN
    assert dataset("tiny").reference == "tiny"
