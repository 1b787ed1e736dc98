"""What is said in words about policies and assumptions."""
