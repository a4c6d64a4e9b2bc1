"""The commands of `slicelens-train`, one module each: `add` describes its arguments, one function carries it out."""
