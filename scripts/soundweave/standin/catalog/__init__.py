"""The sounds the stand-in knows, where they come from, and what a search sees of them."""
