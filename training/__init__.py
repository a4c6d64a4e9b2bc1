"""How a model is made, judged and exported. Imports no Qt and nothing of `desktop`."""
