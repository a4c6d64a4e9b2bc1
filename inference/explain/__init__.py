"""From class maps to heatmaps. Public: `heatmap`, `heat_in_slice`, `normalise_cam`, `explain`."""
