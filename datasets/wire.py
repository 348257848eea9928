"""Record batches in the bytes of PostgreSQL's binary COPY format."""

from collections.abc import Iterator
from typing import Any

import pgpq
from pgpq.encoders import StringEncoderBuilder
from pgpq.schema import Jsonb

from datasets.columns import JSON_COLUMNS, SCHEMAS


def encoder(table: str, schema: Any) -> pgpq.ArrowToPostgresBinaryEncoder:
    """Sixteen fixed bytes travel exactly as a uuid does; JSON text needs jsonb's version byte."""
    builders = {
        field.name: StringEncoderBuilder.new_with_output(field, Jsonb())
        if (table, field.name) in JSON_COLUMNS
        else pgpq.ArrowToPostgresBinaryEncoder.infer_encoder(field)
        for field in schema
    }
    return pgpq.ArrowToPostgresBinaryEncoder.new_with_encoders(schema, builders)


def encoded(table: str, batches: Iterator[Any], schema: Any = None) -> Iterator[tuple[bytes, int]]:
    """COPY's bytes and the rows in them; the schema is the table's unless told otherwise."""
    encode = encoder(table, schema or SCHEMAS[table])
    yield encode.write_header(), 0
    for batch in batches:
        yield encode.write_batch(batch), batch.num_rows
    yield encode.finish(), 0
