"""Tables that the command line and the app print."""
