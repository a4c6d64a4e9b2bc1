"""Formats that hold one grid in a file or two: NRRD, MetaImage, and what nibabel and SimpleITK read beside NIfTI."""
