"""Statistics: what rounds say and how sure they make us; plain calls without I/O."""
