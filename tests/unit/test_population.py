"""Who does what to whom: the same for every lane, skewed as traffic is."""

from collections import Counter

import pytest

from datasets.shape import dataset
from scenarios.errors import OptionError
from scenarios.population import Population, distinct_pairs

TINY = dataset("tiny", seed=1)
CONVERSATIONS = {TINY.conversation_id(n): n for n in range(TINY.conversations)}
USERS = {TINY.user_id(n) for n in range(TINY.users)}


def members(conversation):
    first, second = TINY.members(CONVERSATIONS[conversation])
    return {TINY.user_id(first), TINY.user_id(second)}


def chatters(seed, count=1_000):
    population = Population(TINY, seed)
    return [population.chatter() for _ in range(count)]


def strangers(seed, count=2_000):
    population = Population(TINY, seed)
    return [population.stranger() for _ in range(count)]


def test_the_same_seed_draws_the_same_people_in_the_same_order():
    assert chatters(5) == chatters(5)
    assert strangers(5) == strangers(5)


def test_another_seed_draws_others():
    assert chatters(5) != chatters(6)
    assert strangers(5) != strangers(6)


def test_a_chatter_and_the_other_are_the_conversations_two_members():
    assert all({who.me, who.other} == members(who.conversation) for who in chatters(5))


def test_each_member_acts_about_as_often_as_the_other():
    acting = sum(who.me < who.other for who in chatters(5, 4_000))
    assert 0.45 < acting / 4_000 < 0.55


def test_hot_conversations_are_drawn_far_more_often_and_cold_ones_now_and_then():
    drawn = Counter(CONVERSATIONS[who.conversation] for who in chatters(5, 10_000))
    hottest_tenth = sum(count for ordinal, count in drawn.items() if ordinal < TINY.conversations / 10)
    # u^5 falls below a tenth with chance 0.1^(1/5)
    assert hottest_tenth / 10_000 == pytest.approx(0.631, abs=0.03)
    assert max(drawn) > 0.9 * TINY.conversations


def test_a_stranger_is_any_user():
    drawn = set(strangers(5, 4_000))
    assert drawn <= USERS
    assert len(drawn) == TINY.users


def test_in_distinct_pairs_no_user_occurs_twice():
    pairs = distinct_pairs(TINY, 100)
    assert len({user for pair in pairs for user in (pair.me, pair.other)}) == 2 * len(pairs) == 200


def test_a_pair_are_the_members_of_its_conversation():
    assert all({pair.me, pair.other} == members(pair.conversation) for pair in distinct_pairs(TINY, 100))


def test_pairs_begin_with_the_longest_conversation_and_are_the_same_each_time():
    pairs = distinct_pairs(TINY, 50)
    ordinals = [CONVERSATIONS[pair.conversation] for pair in pairs]
    assert ordinals[0] == 0
    assert ordinals == sorted(ordinals)
    assert pairs == distinct_pairs(TINY, 50)


def test_more_pairs_than_a_dataset_has_are_refused_with_their_number():
    with pytest.raises(OptionError, match="only 161"):
        distinct_pairs(TINY, TINY.users)
