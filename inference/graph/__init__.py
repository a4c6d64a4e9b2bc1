"""ONNX graphs, read before they run. Public: `parse_graph`, `read_graph`, `find_safety_faults`, `add_class_maps`."""
