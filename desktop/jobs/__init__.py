"""Work in the background: the one folder of this room that knows threads, and what runs in them."""
