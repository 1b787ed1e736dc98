"""The server of the app."""
