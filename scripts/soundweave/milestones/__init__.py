"""When a milestone is reached, how its three actions ended, and the summary."""
