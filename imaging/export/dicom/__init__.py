"""DICOM objects made by highdicom: secondary capture, parametric map, presentation state, structured report."""
