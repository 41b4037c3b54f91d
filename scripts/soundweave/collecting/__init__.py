"""A night of collecting: what it plans, its phases, its walks through search, its metrics."""
