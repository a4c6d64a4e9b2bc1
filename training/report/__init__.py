"""Pages, figures, tables and cards: what was found, for people to read."""
