"""From class maps to heatmaps; occlusion for graphs without class maps."""
