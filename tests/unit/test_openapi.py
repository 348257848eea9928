"""The OpenAPI document is valid and speaks of every route."""

import orjson
from openapi_spec_validator import validate

from reference_server.openapi import document
from reference_server.rest import TABLE


def test_the_document_is_valid_openapi_3_1():
    described = orjson.loads(document())
    assert described["openapi"].startswith("3.1")
    validate(described)


def test_every_route_is_described():
    paths = orjson.loads(document())["paths"]
    assert {(method, path) for method, path, _ in TABLE} <= {
        (method.upper(), path) for path, methods in paths.items() for method in methods
    }
