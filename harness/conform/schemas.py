"""Schemas: whether a body or a frame has the form that docs/protocol gives it."""

from functools import cache
from typing import Any

import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from harness.conform.errors import Deviation
from reference_server import asyncapi, openapi

_SHOWN = 160


@cache
def _validator(document: str, pointer: str) -> Draft202012Validator:
    described = orjson.loads((openapi if document == "openapi" else asyncapi).document())
    return Draft202012Validator({"$ref": f"#/components/{pointer}", "components": described["components"]})


def check_body(name: str, body: Any, where: str) -> None:
    """Raises Deviation unless the body is a `name` of the OpenAPI document."""
    _check(_validator("openapi", f"schemas/{name}"), body, f"{where} answered no {name}")


def check_frame(frame: Any) -> None:
    """Raises Deviation unless the frame is one that the AsyncAPI document lists."""
    kind = frame.get("type") if isinstance(frame, dict) else None
    if kind not in asyncapi.FROM_SERVER:
        raise Deviation(f"a frame of type {kind!r} came, which no server sends")
    _check(_validator("asyncapi", f"messages/server.{kind}/payload"), frame, f"a frame is no {kind}")


def _check(validator: Draft202012Validator, value: Any, what: str) -> None:
    # of alternatives the nearest, so that it is said what is wrong and not only that nothing fits
    problem = best_match(validator.iter_errors(value))
    if problem is not None:
        place = "/".join(map(str, problem.absolute_path))
        raise Deviation(f"{what}: {f'{place}: ' if place else ''}{problem.message[:_SHOWN]}")
