"""The compiled engine: decks of tapes, a memory to play them in, and the loop that plays them.

A file that the reference engine has too does the same there: read that one first. What a SimPy process does between two
waits, a function does here at once, and where the process waits, the function pushes an event and returns.
"""
