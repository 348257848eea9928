"""docs/protocol is what the server serves, and its references lead somewhere."""

import re
from pathlib import Path

import orjson
import pytest
from jsonschema import Draft202012Validator

from reference_server import asyncapi
from reference_server.protocol import files

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "protocol"
DOCUMENT = orjson.loads(asyncapi.document())


@pytest.mark.parametrize("name", sorted(files()))
def test_the_file_is_in_step_with_the_server(name):
    """If not: python -m reference_server.protocol docs/protocol."""
    assert (FOLDER / name).read_bytes() == files()[name]


def test_every_reference_of_the_asyncapi_document_leads_somewhere():
    for path in set(re.findall(r'"\$ref":"#/([^"]+)"', asyncapi.document().decode())):
        found = DOCUMENT
        for part in path.split("/"):
            found = found[part]
        assert found


def test_every_message_has_a_valid_schema_and_belongs_to_one_direction():
    messages = DOCUMENT["components"]["messages"]
    used = [ref["$ref"].rsplit("/", 1)[1] for one in DOCUMENT["operations"].values() for ref in one["messages"]]
    assert sorted(used) == sorted(messages)
    for message in messages.values():
        Draft202012Validator.check_schema(message["payload"])
