"""The ways events travel between servers, one a file: `publisher` and `subscriber` of transport.py's contract."""
