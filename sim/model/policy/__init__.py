"""What governments choose."""
