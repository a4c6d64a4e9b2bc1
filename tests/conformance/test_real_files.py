"""Real files against their table, against other readers, and against every decoder that can read them."""

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut
from pydicom.uid import JPEGBaseline8Bit, JPEGExtended12Bit

from imaging.base.errors import Code
from imaging.base.progress import finish
from tests.conformance.real_files import TABLE, checked_by, describe, frame_of, path_of, real_files, roots
from tests.reading import scan

ROWS: dict[str, dict[str, Any]] = json.loads(TABLE.read_text(encoding="utf-8"))
CHECKED = [name for name, row in ROWS.items() if row.get("checked")]
COMPRESSED = [
    name
    for name, row in ROWS.items()
    if row.get("checked") in ("pydicom", "gdcm") and any(word in row["series"][0]["syntax"] for word in ("JPEG", "RLE"))
]


def found(name: str) -> Path:
    path = path_of(name)
    if path is None:
        pytest.skip(f"the files of {name.split('/')[0]} are not on this machine")
    return path


@pytest.mark.parametrize("name", ROWS)
def test_it_opens_as_the_table_says(name: str) -> None:
    row = {key: value for key, value in ROWS[name].items() if key != "checked"}
    assert json.loads(json.dumps(describe(found(name)))) == row


@pytest.mark.parametrize("name", CHECKED)
def test_another_reader_sees_the_same(name: str) -> None:
    assert checked_by(found(name)) == ROWS[name]["checked"]


def test_no_file_is_left_out() -> None:
    unknown = Code.UNKNOWN_FORMAT.value
    missing = [name for name, path in real_files() if name not in ROWS and describe(path).get("code") != unknown]
    assert missing == []
    assert len(roots()) >= 4


@pytest.mark.parametrize("name", COMPRESSED)
def test_every_decoder_gives_the_same_pixels(name: str) -> None:
    """To the bit, but for lossy JPEG, whose inverse transform and upsampling are free by some levels (ISO 10918-2)."""
    (series,) = finish(scan([found(name)])).series
    number = series.middle
    ours = frame_of(series, number)
    assert isinstance(ours, np.ndarray)
    agreed = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = pydicom.dcmread(found(name))
        syntax = read.file_meta.TransferSyntaxUID
        for plugin in get_decoder(syntax).available_plugins:
            try:
                theirs = pydicom.pixels.pixel_array(read, index=series.frames[number].index, decoding_plugin=plugin)
            except Exception:
                # This one cannot read it; at least one can.
                continue
            if read.PhotometricInterpretation == "PALETTE COLOR":
                theirs = apply_color_lut(theirs, read) >> 8
            elif series.channels == 3 and theirs.dtype.itemsize > 1:
                theirs = np.rint(theirs * (255.0 / (2 ** (8 * theirs.dtype.itemsize) - 1)))
            apart = np.abs(ours.astype(np.int64) - theirs)
            lossy = syntax in (JPEGBaseline8Bit, JPEGExtended12Bit)
            assert apart.max() <= (6 if lossy else 0), plugin
            assert apart.mean() <= 0.5, plugin
            agreed += 1
    assert agreed or ROWS[name]["checked"] == "gdcm"
