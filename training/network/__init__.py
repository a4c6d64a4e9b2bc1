"""The network of a recipe (`network`), its starting weights, class maps, and its ONNX file with the proof of it."""
