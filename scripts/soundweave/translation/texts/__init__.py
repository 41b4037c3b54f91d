"""The texts to translate: their files, front matter and segments."""
