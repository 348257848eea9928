"""Conversations: rules that need all rows, and the ordinals that follow.

Conversations are numbered longest first, as in generated datasets, so that hot ones have small ordinals. Messages are
numbered by time; of one instant, in the order of reading.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from datasets.importing.keys import Codes
from datasets.importing.pile import Keys
from datasets.importing.reasons import Reason

Codes32 = NDArray[np.int32]
Ordinals = NDArray[np.int64]
_PAIR = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """Who is who in the dataset."""

    #: Reason for each row of the pile, 0 where kept
    reasons: NDArray[np.int8]
    #: place in time of each row of the pile, -1 where not kept
    rank: Ordinals
    #: codes of users and conversations by ordinal
    users: Ordinals
    conversations: Ordinals
    #: ordinals of a conversation's two people, in no order
    members: tuple[Ordinals, Ordinals]
    #: conversations in which one person alone wrote, for whom a silent other one was made up
    silent: int


def put_in_order(keys: Keys, users: Codes, conversations: Codes, *, first_users: int) -> Order:
    """Judge what needs all rows and number the rest. The first users stay, with messages or without."""
    reasons = np.zeros(len(keys.created_at), dtype=np.int8)
    reasons[_repeated(keys.ids)] = Reason.DUPLICATE_ID
    owner, person = _memberships(keys, reasons == 0, len(users))
    people = np.bincount(owner, minlength=len(conversations))
    reasons[(reasons == 0) & (people[keys.conversation] > _PAIR)] = Reason.MORE_THAN_TWO_PEOPLE
    one, two = _pairs(person, people)
    silent = np.flatnonzero(people == 1)
    names = conversations.values
    two[silent] = [users.add(f"the silent one in {names[place]}") for place in silent.tolist()]
    second = _second_of_pair(keys, reasons == 0, one, two)
    reasons[(reasons == 0) & second[keys.conversation]] = Reason.SECOND_CONVERSATION_OF_PAIR
    return _numbered(keys, reasons, one, two, first_users, silent)


def _repeated(ids: NDArray[np.uint64] | None) -> NDArray[np.int64]:
    """Rows whose id an earlier row has."""
    if ids is None:
        return np.zeros(0, dtype=np.int64)
    order = np.lexsort((ids[:, 1], ids[:, 0]))  # stable: of equal ones the first read comes first
    same = (ids[order[1:]] == ids[order[:-1]]).all(axis=1)
    found: NDArray[np.int64] = order[1:][same]
    return found


def _memberships(keys: Keys, kept: NDArray[np.bool_], users: int) -> tuple[Ordinals, Ordinals]:
    """Distinct (conversation, person), of senders and known receivers, by conversation."""
    known = kept & (keys.receiver >= 0)
    conversation = np.concatenate([keys.conversation[kept], keys.conversation[known]]).astype(np.int64)
    person = np.concatenate([keys.sender[kept], keys.receiver[known]])
    packed = np.unique(conversation * max(users, 1) + person)
    return packed // max(users, 1), packed % max(users, 1)


def _pairs(person: Ordinals, people: Ordinals) -> tuple[Ordinals, Ordinals]:
    """The first and the second person of each conversation; -1 where there is none, or too many."""
    begins = np.cumsum(people) - people
    one, two = np.full(len(people), -1, dtype=np.int64), np.full(len(people), -1, dtype=np.int64)
    fits = (people > 0) & (people <= _PAIR)
    one[fits] = person[begins[fits]]
    both = people == _PAIR
    two[both] = person[begins[both] + 1]
    return one, two


def _second_of_pair(keys: Keys, kept: NDArray[np.bool_], one: Ordinals, two: Ordinals) -> NDArray[np.bool_]:
    """Of each pair's conversations all but the longest, of equal ones the first met."""
    lengths = np.bincount(keys.conversation[kept], minlength=len(one))
    real = np.flatnonzero((two >= 0) & (lengths > 0))
    low, high = np.minimum(one[real], two[real]), np.maximum(one[real], two[real])
    order = np.lexsort((real, -lengths[real], high, low))
    again = np.zeros(len(order), dtype=np.bool_)
    again[1:] = (low[order[1:]] == low[order[:-1]]) & (high[order[1:]] == high[order[:-1]])
    second = np.zeros(len(one), dtype=np.bool_)
    second[real[order[again]]] = True
    return second


def _numbered(
    keys: Keys, reasons: NDArray[np.int8], one: Ordinals, two: Ordinals, first_users: int, silent: Ordinals
) -> Order:
    kept = np.flatnonzero(reasons == 0)
    rank = np.full(len(reasons), -1, dtype=np.int64)
    rank[kept[np.argsort(keys.created_at[kept], kind="stable")]] = np.arange(len(kept))
    lengths = np.bincount(keys.conversation[kept], minlength=len(one))
    real = np.flatnonzero(lengths)
    conversations = real[np.lexsort((real, -lengths[real]))]
    first, second = one[conversations], two[conversations]
    users = np.union1d(np.arange(first_users), np.concatenate([first, second]))
    members = (np.searchsorted(users, first), np.searchsorted(users, second))
    return Order(
        reasons=reasons,
        rank=rank,
        users=users,
        conversations=conversations,
        members=members,
        silent=int((lengths[silent] > 0).sum()),
    )
