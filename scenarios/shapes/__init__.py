"""Load shapes, one a file: `--shape NAME`, or as a second locustfile for Locust's class picker."""
