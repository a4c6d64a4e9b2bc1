"""De-identification of real and made files with more than a thousand canaries: none is left, the pixels are equal."""

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.uid import ExplicitVRLittleEndian

from imaging.base.progress import finish
from imaging.export.deidentify.copies import DeidentifiedFiles, deidentify
from imaging.export.deidentify.options import DeidentifyOptions
from imaging.export.deidentify.pseudonyms import Pseudonyms
from tests.imaging.canaries import CHARSETS, Canaries, listed_tags, plant, unlisted_tags
from tests.imaging.dicom_files import find
from tests.reading import READING, read_volume, scan

REAL = [
    "CT_small.dcm",
    "MR_small.dcm",
    "MR_small_bigendian.dcm",
    "MR_small_implicit.dcm",
    "MR_small_RLE.dcm",
    "MR_small_jpeg_ls_lossless.dcm",
    "MR_small_jp2klossless.dcm",
    "JPEG2000.dcm",
    "JPEG-LL.dcm",
    "JPGExtended.dcm",
    "image_dfl.dcm",
    "RG1_UNCR.dcm",
    "RG3_UNCI.dcm",
    "SC_rgb.dcm",
    "SC_rgb_jpeg_dcmtk.dcm",
    "SC_rgb_rle.dcm",
    "US1_UNCR.dcm",
    "US1_J2KR.dcm",
    "OBXXXX1A.dcm",
    "examples_palette.dcm",
    "examples_ybr_color.dcm",
    "color3d_jpeg_baseline.dcm",
    "eCT_Supplemental.dcm",
    "emri_small.dcm",
    "emri_small_big_endian.dcm",
    "explicit_VR-UN.dcm",
    "liver_1frame.dcm",
    "rtdose_1frame.dcm",
    "J2K_pixelrep_mismatch.dcm",
    "bad_sequence.dcm",
    "mlut_18.dcm",
    "vlut_04.dcm",
    "MR-SIEMENS-DICOM-WithOverlays.dcm",
    "test-SR.dcm",
    "rtplan.dcm",
    "rtstruct.dcm",
    "reportsi.dcm",
    "waveform_ecg.dcm",
    "MR_truncated.dcm",
    "693_J2KI.dcm",
]
HEAD = 20_000
"""Bytes at either end of a file in which every canary is looked for; the rest is pixels, searched for their words."""
FEWEST_FILES, FEWEST_CANARIES = 40, 1000


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Canaries]:
    """Forty real files with canaries: each attribute of the table in one of them, every hiding place in all."""
    folder = tmp_path_factory.mktemp("planted")
    canaries = Canaries()
    listed, unlisted = listed_tags(), unlisted_tags()
    step, more = -(-len(listed) // len(REAL)), -(-len(unlisted) // len(REAL))
    charsets = list(CHARSETS)
    for number, name in enumerate(REAL):
        tags = listed[number * step : (number + 1) * step] + unlisted[number * more : (number + 1) * more]
        charset = charsets[number % len(charsets)] if number % 2 else None
        plant(find(name), folder / f"CANPATIENT_{number:02d}.dcm", canaries, tags, charset)
    return folder, canaries


@pytest.fixture(scope="module")
def copied(planted: tuple[Path, Canaries], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DeidentifiedFiles]:
    out = tmp_path_factory.mktemp("copies")
    return out, finish(deidentify([planted[0]], out, DeidentifyOptions(), Pseudonyms(bytes(range(32))), READING))


def test_no_canary_is_left(planted: tuple[Path, Canaries], copied: tuple[Path, DeidentifiedFiles]) -> None:
    out, result = copied
    assert result.ledger.skipped == ()
    assert len(result.copies) >= FEWEST_FILES
    assert len(planted[1].placed) >= FEWEST_CANARIES
    everything = [(out / copy.path).read_bytes() for copy in result.copies]
    heads = b"\0".join(content[:HEAD] + content[-HEAD:] for content in everything).lower()
    # Eight digits of a date may stand in the forty of a new UID by chance.
    heads = re.sub(rb"2\.25\.[0-9]+", b"", heads)
    assert [where for where, canary in planted[1].placed if canary.lower() in heads] == []
    assert [found for content in everything for found in re.findall(rb"CANARY|CANMETA|PREAMBLE|BEHIND", content)] == []
    assert not any("CANPATIENT" in copy.path for copy in result.copies)


def test_the_originals_hold_them(planted: tuple[Path, Canaries]) -> None:
    heads = b"\0".join(path.read_bytes()[:HEAD] for path in planted[0].iterdir())
    there = [canary for _, canary in planted[1].placed if canary in heads]
    assert len(there) >= FEWEST_CANARIES


def test_pixels_are_equal(copied: tuple[Path, DeidentifiedFiles]) -> None:
    out, result = copied
    compared = 0
    for copy in result.copies:
        old, new = (finish(scan([path])).series for path in (Path(copy.original), out / copy.path))
        assert len(old) == len(new), copy.original
        for one, other in zip(old, new, strict=True):
            assert np.array_equal(read_volume(one).stored, read_volume(other).stored), copy.original
            for fact in ("slices", "phases", "spacing", "axes", "modality", "rows", "columns"):
                assert getattr(one, fact) == getattr(other, fact), (copy.original, fact)
            assert (one.affine is None) == (other.affine is None)
            assert one.affine is None or np.array_equal(one.affine, other.affine)
            compared += 1
    assert compared > 30


def test_compressed_pixels_stay_byte_for_byte(copied: tuple[Path, DeidentifiedFiles]) -> None:
    out, result = copied
    compared = 0
    for copy in result.copies:
        old, new = pydicom.dcmread(copy.original), pydicom.dcmread(out / copy.path)
        if old.file_meta.get("TransferSyntaxUID", ExplicitVRLittleEndian).is_encapsulated:
            assert len(old.PixelData) == len(new.PixelData)
            assert old.file_meta.TransferSyntaxUID == new.file_meta.TransferSyntaxUID
            compared += 1
    assert compared >= 8


def test_every_copy_says_what_was_done(copied: tuple[Path, DeidentifiedFiles]) -> None:
    out, result = copied
    for copy in result.copies:
        dataset = pydicom.dcmread(out / copy.path)
        assert dataset.PatientIdentityRemoved == "YES"
        assert dataset.DeidentificationMethodCodeSequence[0].CodeValue == "113100"
        assert dataset.preamble == bytes(128)
        assert copy.record.looked_for > 0


@pytest.mark.skipif(shutil.which("dcmdump") is None, reason="DCMTK's dcmdump is not installed")
def test_dcmtk_opens_every_copy(copied: tuple[Path, DeidentifiedFiles]) -> None:
    out, result = copied
    paths = [str(out / copy.path) for copy in result.copies]
    done = subprocess.run(
        ["dcmdump", "-q", "+P", "PatientIdentityRemoved", *paths], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("[YES]") == len(paths)
