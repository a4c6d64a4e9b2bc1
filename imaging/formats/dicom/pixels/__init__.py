"""The pixels of DICOM frames: `pixel_module` finds their bytes, `frames` reads them, `decoders` knows the syntaxes."""
