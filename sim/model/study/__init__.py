"""What an analyst sweeps over."""
