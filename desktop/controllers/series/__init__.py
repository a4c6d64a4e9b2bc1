"""A series as a whole: which of its slices were looked at, and what models say of all of them."""
