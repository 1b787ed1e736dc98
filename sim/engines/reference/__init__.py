"""The reference engine: SimPy processes over the rules, to be read."""
