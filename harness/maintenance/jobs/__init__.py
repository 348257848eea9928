"""One job per file."""
