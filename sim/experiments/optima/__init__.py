"""How much prevention is best, for whom."""
