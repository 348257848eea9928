"""The database servers: embedded by default, the user's own by choice."""
