"""GitHub Actions: outputs and summaries, the night's commit, and the push."""
