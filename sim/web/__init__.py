"""The app: the simulator in the browser."""
