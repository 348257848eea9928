import uuid

import numpy as np
import pytest

from datasets.errors import DatasetError
from datasets.shape import dataset, lengths

SIZES = ["tiny", "small", "medium"]


def test_ids_computed_one_by_one_equal_those_computed_as_arrays():
    data = dataset("tiny", seed=7)
    every = np.arange(50)
    for one, many in [
        (data.user_id, data.user_ids),
        (data.conversation_id, data.conversation_ids),
        (data.message_id, data.message_ids),
        (data.block_id, data.block_ids),
    ]:
        assert [one(n) for n in range(50)] == [uuid.UUID(bytes=row.tobytes()) for row in many(every)]


def test_ids_are_version_4_and_differ_between_kinds_and_seeds():
    data, other = dataset("tiny", seed=1), dataset("tiny", seed=2)
    ids = [make(n) for make in (data.user_id, data.conversation_id, data.message_id, other.user_id) for n in range(100)]
    assert {id_.version for id_ in ids} == {4}
    assert {id_.variant for id_ in ids} == {uuid.RFC_4122}
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", SIZES)
def test_no_two_conversations_have_the_same_members(name):
    data = dataset(name)
    first, second = data.members_of(np.arange(data.conversations))
    pairs = np.minimum(first, second) * data.users + np.maximum(first, second)
    assert len(np.unique(pairs)) == data.conversations
    assert not (first == second).any()


def test_the_first_member_has_the_smaller_id_in_postgresql_order():
    data = dataset("tiny")
    for n in range(data.conversations):
        first, second = data.members(n)
        assert data.user_id(first).bytes < data.user_id(second).bytes


@pytest.mark.parametrize("name", SIZES)
def test_blocks_are_distinct_and_never_between_members_of_a_conversation(name):
    data = dataset(name)
    blocker, blocked = data.blocked_pairs(np.arange(data.blocks))
    assert not (blocker == blocked).any()
    pairs = set(zip(blocker.tolist(), blocked.tolist(), strict=True))
    assert len(pairs) == data.blocks
    first, second = data.members_of(np.arange(data.conversations))
    talking = set(zip(first.tolist(), second.tolist(), strict=True))
    assert not talking & (pairs | {(b, a) for a, b in pairs})


def test_a_few_users_have_very_many_contacts():
    data = dataset("medium")
    degree = np.bincount(np.concatenate(data.members_of(np.arange(data.conversations))), minlength=data.users)
    assert degree.max() > 50 * np.median(degree)


def test_the_conversations_of_a_user_are_those_that_have_them_as_a_member():
    data = dataset("tiny")
    for user in (0, 1, data.users - 1):
        expected = [n for n in range(data.conversations) if user in data.members(n)]
        assert data.conversations_of(user).tolist() == expected


@pytest.mark.parametrize("name", SIZES)
def test_lengths_fall_with_rank_add_up_and_are_never_zero(name):
    data = dataset(name)
    length = lengths(data)
    assert length.sum() == data.messages
    assert (np.diff(length) <= 0).all()
    assert length.min() >= 1


def test_the_longest_conversation_of_a_million_messages_holds_twenty_thousand():
    assert dataset("medium").conversation_length(0) >= 20_000


def test_an_unknown_size_names_the_near_ones():
    with pytest.raises(DatasetError, match=r"no dataset 'meduim'.*medium"):
        dataset("meduim")
