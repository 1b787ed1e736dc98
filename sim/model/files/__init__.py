"""Scenarios in files: found, read, checked and written."""
