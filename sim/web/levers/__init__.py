"""The levers: which there are, and where they stand."""
