"""The pages: front page, lists, groups, translations and the map."""
