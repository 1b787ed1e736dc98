"""What no government chooses."""
