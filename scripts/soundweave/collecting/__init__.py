"""A night's collection: which sounds to ask for, in which order, and what it came to."""
