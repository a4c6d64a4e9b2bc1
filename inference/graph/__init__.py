"""ONNX graphs: what they say of themselves, checked before they run, with class maps added."""
