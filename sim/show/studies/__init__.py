"""Studies in charts and tables."""
