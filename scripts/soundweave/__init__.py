"""The library behind the commands in scripts/: config -> client -> library -> network -> site."""

__version__ = "0.1.0"
USER_AGENT = f"Soundweave/{__version__}"
