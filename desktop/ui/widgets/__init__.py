"""Shared small things: `theme` (colours, lengths), `labels` and `remarks` (text), `key_focus` (who gets a key)."""
