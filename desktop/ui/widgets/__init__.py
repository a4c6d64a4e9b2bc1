"""Shared small things: `theme` (colours, lengths), `labels` (text, remarks), `key_focus` (who gets a key)."""
