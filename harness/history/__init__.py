"""History: what runs measured over weeks, and the runs at which it changed."""
