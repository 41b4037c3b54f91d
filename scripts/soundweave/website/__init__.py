"""The site: from the library, the histories and the translations to a folder of files."""
