"""The texts to translate: files, front matter, kinds and segments."""
