"""The library behind the commands in scripts/. The README lists its packages."""

__version__ = "0.1.0"
