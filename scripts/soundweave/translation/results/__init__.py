"""The results: their files, and how they are shown."""
