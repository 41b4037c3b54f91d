"""The library of sounds: one SQLite file, its migrations and the edges in it."""
