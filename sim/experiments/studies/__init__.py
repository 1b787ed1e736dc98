"""Designed sweeps: drawn, played, kept, and asked."""
