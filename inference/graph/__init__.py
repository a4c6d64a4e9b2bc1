"""ONNX graphs, read before they run. Public: `parse_graph`, `read_graph`, `find_safety_faults`, `choose_score_row`."""
