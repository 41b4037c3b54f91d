"""The library behind the commands in scripts/: config -> client -> library -> network -> site."""
