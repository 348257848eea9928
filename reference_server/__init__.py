"""The chat system under study: schema variants, use cases, caches, REST and WebSocket."""
