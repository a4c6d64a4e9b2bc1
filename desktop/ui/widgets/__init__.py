"""Shared small things: `theme` (colours, lengths), `labels` (text, remarks), `controls` (layouts, keys)."""
