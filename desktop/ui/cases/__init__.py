"""Windows in which a reader labels cases, and in which several readers are compared."""
