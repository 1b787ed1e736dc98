"""What a visitor chose: in the address, in the session, as a file."""
