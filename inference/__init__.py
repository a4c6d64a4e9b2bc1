"""What a model is, and how a slice becomes a finding and a heatmap. Imports no Qt; torch only in `torch_path`."""
