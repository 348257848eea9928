"""Maintenance: what a database needs besides its users' operations, done and measured under a steady load of sends."""
