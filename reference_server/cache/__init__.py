"""The Redis side: presence, unread counts and last messages, keys exactly as in schema-report §3."""
