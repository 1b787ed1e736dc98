"""Studies that visitors build and play."""
