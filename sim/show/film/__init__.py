"""One year of one future as a moving picture."""
