"""The elements of a DICOM file straight from its bytes."""
