"""The library of sounds: one SQLite file, its migrations and its edges."""
