"""Images: what one is, and how files become one. Imports no other room, no Qt, no torch, no onnxruntime."""
