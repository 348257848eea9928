"""The page: what Locust's own process adds to its web UI; importing it patches the process for gevent."""
