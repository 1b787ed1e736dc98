"""The arithmetic of the model: pure functions of numbers, one concept a file."""
