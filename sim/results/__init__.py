"""From the journals of a future to outcomes, estimates, findings and stories."""
