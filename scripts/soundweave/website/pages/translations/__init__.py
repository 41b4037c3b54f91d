"""The pages of the translations."""
