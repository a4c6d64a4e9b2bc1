"""The DICOM reader: `read_header`, `group` and `read_frames` as `imaging.formats.Reader` asks for.

The way of a file: `dicom_stream` parses it, `dicom_layout` finds its pixels, `dicom_functional`, `dicom_grey` and
`dicom_facts` read what it says, `dicom_header` puts that together, `dicom_groups` and `dicom_stack` make series of
files, and `dicom_pixels` reads the frames that are wanted.
"""

from imaging.formats.dicom.grouping import group
from imaging.formats.dicom.header import DicomHeader, read_header, read_open_header
from imaging.formats.dicom.pixels.frames import access, read_frames, read_into
from imaging.formats.dicom.provenance import reasons

__all__ = ["DicomHeader", "access", "group", "read_frames", "read_header", "read_into", "read_open_header", "reasons"]
