"""The compiled twin of `reference.py`: a deck of tapes, a desk to work on, and the loop that plays them."""
