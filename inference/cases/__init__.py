"""Cases of one's own: what a table says of them, what is true of them, and how good a model is on them."""
