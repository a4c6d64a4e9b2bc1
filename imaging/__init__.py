"""What an image is, and how files become one. Imports no other room, no Qt, no torch, no onnxruntime."""

WORKER_ARGUMENT = "--slicelens-worker"
"""The hidden argument by which a packaged program starts itself as a child process (`imaging.workers`)."""
