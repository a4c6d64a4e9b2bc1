"""Files that the program carries: bundled models, the list of samples, icons. No code that other rooms depend on."""
