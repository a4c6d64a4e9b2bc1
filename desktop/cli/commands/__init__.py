"""One module for each command (`models` and `model …` share one): a request and how to read become an outcome."""
