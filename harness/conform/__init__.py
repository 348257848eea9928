"""Conformance: whether a server speaks the API as docs/protocol describes it, check by check."""
