"""Headers of every format as rows, read in a child process."""

import gzip
from contextlib import suppress
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pydicom import Dataset, Sequence
from pydicom.data import get_testdata_file

from imaging.base.errors import Code, Refusal
from imaging.remote_read import list_header
from imaging.volume.header_rows import HeaderListing, HeaderRow
from imaging.volume.series import Source
from tests.imaging.phantoms import l_values, write_series
from tests.reading import READING


def listed(path: Path) -> HeaderListing:
    return list_header(Source(path), READING)


def row(listing: HeaderListing, keyword: str) -> HeaderRow:
    return next(one for one in listing.rows if one.keyword == keyword)


def test_elements_sequences_and_private_elements(tmp_path: Path) -> None:
    item = Dataset()
    item.ScheduledProcedureStepDescription = "Kopf nativ für später"
    inner = Dataset()
    inner.CodeMeaning = "Head"
    item.RequestedProcedureCodeSequence = Sequence([inner])
    write_series(
        tmp_path,
        values=l_values(),
        SpecificCharacterSet="ISO_IR 192",
        PatientName="Jäger^Ann",
        RequestAttributesSequence=Sequence([item]),
    )
    path = next(iter(sorted(tmp_path.iterdir())))
    listing = listed(path)
    assert (listing.format, listing.omitted) == ("dicom", 0)
    assert row(listing, "PatientName").value == "Jäger^Ann"
    assert row(listing, "PatientName").number == "(0010,0010)"
    names = [(one.depth, one.keyword or one.name, one.value) for one in listing.rows]
    at = names.index((0, "RequestAttributesSequence", "1 item"))
    assert (1, "Item 1", "") in names[at:]
    assert (2, "ScheduledProcedureStepDescription", "Kopf nativ für später") in names[at:]
    assert (4, "CodeMeaning", "Head") in names[at:]
    assert row(listing, "PixelData").value.endswith("bytes, not read")
    assert row(listing, "Rows").kind == "US"
    assert "(CT Image Storage)" in row(listing, "SOPClassUID").value


def test_makers_names_of_private_elements() -> None:
    listing = listed(Path(str(get_testdata_file("CT_small.dcm"))))
    private = {one.number: one for one in listing.rows if one.is_private}
    assert private["(0009,0010)"].name == "Private creator"
    assert private["(0009,1004)"].name == "Product id (GEMS_IDEN_01)"
    assert private["(0009,1004)"].value == "HiSpeed CT/i"


def test_a_huge_value_and_many_numbers_are_shortened(tmp_path: Path) -> None:
    write_series(tmp_path, values=l_values(), ImageComments="x" * 9000, GridFrameOffsetVector=[1.5] * 500)
    listing = listed(next(iter(sorted(tmp_path.iterdir()))))
    assert len(row(listing, "ImageComments").value) < 1100
    assert "9000 characters" in row(listing, "ImageComments").value


def test_fields_of_nifti_and_its_extensions(tmp_path: Path) -> None:
    image = nibabel.Nifti1Image(np.zeros((4, 5, 6), np.int16), np.diag([2.0, 3.0, 4.0, 1.0]))
    image.header["descrip"] = b"made in a test"
    image.header.extensions.append(nibabel.nifti1.Nifti1Extension("comment", b"a remark"))
    nibabel.save(image, tmp_path / "a.nii.gz")
    (tmp_path / "plain").write_bytes(gzip.decompress((tmp_path / "a.nii.gz").read_bytes()))
    for name in ("a.nii.gz", "plain"):
        listing = listed(tmp_path / name)
        assert listing.format == "nifti"
        assert row(listing, "dim").value.startswith("3 4 5 6")
        assert row(listing, "descrip").value == "made in a test"
        assert (row(listing, "dim").kind, row(listing, "descrip").kind) == ("int16 × 8", "char × 80")
        assert row(listing, "db_name").value == ""
        assert any(one.name == "Extension 1" and one.value == "a remark" for one in listing.rows)


def test_tags_of_pictures(tmp_path: Path) -> None:
    picture = Image.fromarray(np.zeros((8, 9), np.uint8))
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8769)[0x9003] = "2026:01:02 03:04:05"
    picture.save(tmp_path / "a.jpg", exif=exif)
    texts = PngInfo()
    texts.add_text("Comment", "a remark")
    picture.save(tmp_path / "b.png", pnginfo=texts)
    picture.save(tmp_path / "c.tif", description="a picture")
    jpeg = listed(tmp_path / "a.jpg")
    assert row(jpeg, "Make").value == "Maker"
    assert (row(jpeg, "DateTimeOriginal").depth, row(jpeg, "DateTimeOriginal").value) == (1, "2026:01:02 03:04:05")
    assert any((one.name, one.value) == ("Comment", "a remark") for one in listed(tmp_path / "b.png").rows)
    assert row(listed(tmp_path / "c.tif"), "ImageDescription").value == "a picture"


def test_fields_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.nrrd").write_bytes(b"NRRD0004\n# remark\ntype: short\nmodality:=DWMRI\n\n\x01\x02type: no")
    (tmp_path / "b.mha").write_bytes(b"ObjectType = Image\nNDims = 3\nElementDataFile = LOCAL\nNo = more")
    nrrd, meta = listed(tmp_path / "a.nrrd"), listed(tmp_path / "b.mha")
    assert [(one.name, one.value) for one in nrrd.rows][2:] == [("type", "short"), ("modality", "DWMRI")]
    assert [(one.name, one.value) for one in meta.rows][-1] == ("ElementDataFile", "LOCAL")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.dcm", b"", Code.EMPTY),
        ("text.txt", b"no header", Code.UNKNOWN_FORMAT),
        ("a.zip", b"PK\x03\x04" + bytes(40), Code.UNSUPPORTED),
        ("a.mgz", b"\x1f\x8b\x08" + bytes(40), Code.UNSUPPORTED),
        ("a.nii", bytes(600), Code.HEADER),
    ],
)
def test_what_has_no_header_is_refused(name: str, content: bytes, code: Code, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Refusal) as refused:
        listed(tmp_path / name)
    assert refused.value.code is code
    assert refused.value.message


def test_a_header_cut_anywhere_is_listed_or_refused(tmp_path: Path) -> None:
    whole = Path(str(get_testdata_file("rtplan.dcm"))).read_bytes()
    for end in range(132, len(whole), 397):
        (tmp_path / "cut.dcm").write_bytes(whole[:end])
        with suppress(Refusal):
            assert listed(tmp_path / "cut.dcm").rows


def test_deep_sequences_end_somewhere(tmp_path: Path) -> None:
    dataset = Dataset()
    dataset.CodeMeaning = "the innermost"
    for _ in range(80):
        outer = Dataset()
        outer.RequestedProcedureCodeSequence = Sequence([dataset])
        dataset = outer
    write_series(tmp_path, values=l_values(), RequestAttributesSequence=Sequence([dataset]))
    listing = listed(next(iter(sorted(tmp_path.iterdir()))))
    assert listing.omitted > 0
    assert row(listing, "PixelData")
