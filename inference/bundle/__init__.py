"""Bundles. Public: `load_bundle`, `check_bundle`, `save_bundle`, `resolve_model`, `list_installed`, `open_onnx`."""
