"""DICOM: headers become series, and encapsulated or native pixels become arrays."""
