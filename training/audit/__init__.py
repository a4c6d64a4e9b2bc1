"""The audit of a data folder: what is in it, what is broken, what is there twice, and what gives the class away."""
