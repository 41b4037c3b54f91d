"""When a milestone is reached, how its three jobs ended, and the summary."""
