"""How a model is made, judged and exported. Imports `inference` and `imaging`, never the desktop."""
