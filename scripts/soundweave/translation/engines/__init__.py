"""Who translates: chat endpoints, Apertium, recorded answers."""
