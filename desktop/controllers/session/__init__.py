"""Keeps what is open, and brings it back."""
