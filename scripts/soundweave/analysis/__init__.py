"""Which sounds belong together, which stand out: the network in numbers."""
