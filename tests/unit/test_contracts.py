"""Contracts: what own SQL must take and answer."""

import re

import pytest

from reference_server.contracts import SLOTS_WITH_CONTRACTS, contract_of, deviation
from reference_server.statements import SLOTS
from reference_server.variant_sections import Identifiers, Policy

LISTED = [
    *(("id", "uuid"), ("other_id", "uuid"), ("unread_count", "int4"), ("last_message_id", "uuid")),
    *(("last_message_at", "timestamptz"), ("created_at", "timestamptz"), ("updated_at", "timestamptz")),
]


def contract(slot: str, **policy):
    return contract_of(slot, Identifiers(), Policy(**policy))


def test_every_operation_has_a_contract():
    assert set(SLOTS) < set(SLOTS_WITH_CONTRACTS)


def test_further_columns_are_ignored():
    assert deviation(contract("conversation_list/newest"), ["uuid", "int8"], [*LISTED, ("more", "text")]) is None


@pytest.mark.parametrize(
    ("parameters", "columns", "problem"),
    [
        (["uuid"], LISTED, "it takes 1 parameters, and the operation gives 2"),
        (["uuid", "text"], LISTED, r"its \$2 is text, and the operation gives limit as int2 or int4"),
        (["uuid", "int8"], LISTED[:-1], "its answer has no column updated_at"),
        (["uuid", "int8"], [("identity", "uuid"), *LISTED[1:]], "its answer has no column id"),
        (["uuid", "int8"], [*LISTED[:-1], ("updated", "timestamptz")], r"\(updated AS updated_at\?\)"),
        (["uuid", "int8"], [("id", "int8"), *LISTED[1:]], "its column id is int8, and the operation reads uuid"),
    ],
)
def test_a_deviation_says_what_is_there_and_what_is_needed(parameters, columns, problem):
    assert re.search(problem, deviation(contract("conversation_list/newest"), parameters, columns) or "")


def test_an_operation_that_reads_one_value_takes_it_under_any_name():
    assert deviation(contract("unread_total"), ["uuid"], [("sum", "int8")]) is None
    assert deviation(contract("unread_total"), ["uuid"], []) == "it answers no column"
    assert "first column is text" in str(deviation(contract("unread_total"), ["uuid"], [("sum", "text")]))


def test_policies_and_identifiers_change_what_is_given():
    assert list(contract("older_page", pages="offset").parameters) == ["conversation", "user", "skip", "limit"]
    assert list(contract("mark_read/messages", read_receipts="each").parameters) == ["message", "created_at"]
    numbered = contract_of("send/insert", Identifiers(messages="bigint"), Policy())
    assert (numbered.columns["id"], numbered.columns["client_id"]) == ("number", "uuid")
