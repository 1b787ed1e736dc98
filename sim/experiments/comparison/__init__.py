"""Policies on the same futures, and what is asked of such a comparison."""
