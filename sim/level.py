"""The level of every interval for a mean, a difference or a quantile: the one figure that numbers and words follow."""

LEVEL = 0.95
