"""Panels around the slice: pure views. A setter shows what it is given and emits nothing; a signal is a request."""
