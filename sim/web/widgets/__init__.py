"""What a visitor moves, and how a move reaches the state."""
