"""The pixels of DICOM frames: where their bytes lie, and how each transfer syntax is decoded."""
