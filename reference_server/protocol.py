"""Protocol: writes OpenAPI and AsyncAPI out as files, `python -m reference_server.protocol docs/protocol`."""

import sys
from collections.abc import Mapping
from pathlib import Path

import orjson

from reference_server import asyncapi, openapi


def files() -> Mapping[str, bytes]:
    """Name → content, as it is kept under docs/protocol."""
    documents = {"openapi.json": openapi.document(), "asyncapi.json": asyncapi.document()}
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return {name: orjson.dumps(orjson.loads(content), option=options) for name, content in documents.items()}


def main() -> None:
    folder = Path(*sys.argv[1:2] or ["docs/protocol"])
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files().items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
