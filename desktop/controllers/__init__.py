"""Controllers: each keeps one part of the program's state, acts on requests and tells what changed."""
