"""The DICOM reader: `read_header`, `group` and `read_frames` as `imaging.formats.Reader` asks for.

The way of a file: `dataset.parser` parses it, `pixels.pixel_module` finds its pixels, `frame_groups`, `luts` and
`patient_and_acquisition` read what it says, `header` puts that together, `grouping` makes series of files, and
`pixels.frames` reads the frames that are wanted.
"""

from imaging.formats.dicom.grouping import group
from imaging.formats.dicom.header import DicomHeader, read_header, read_open_header
from imaging.formats.dicom.pixels.frames import access, read_frames, read_into
from imaging.formats.dicom.provenance import reasons

__all__ = ["DicomHeader", "access", "group", "read_frames", "read_header", "read_into", "read_open_header", "reasons"]
