"""`slicelens render` beside DCMTK's renderer, which shares no code with ours: grey files, the same window."""

import json
import math
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.conformance.conftest import Viewer
from tests.conformance.real_files import TABLE, path_of

ROWS: dict[str, dict[str, Any]] = json.loads(TABLE.read_text(encoding="utf-8"))
# What DCMTK cannot answer for: it decodes no JPEG 2000, and the scaling of doses is no rescale to it.
GREY = [
    name
    for name, row in ROWS.items()
    if len(row.get("series", ())) == 1
    and row["series"][0]["format"] == "dicom"
    and row["series"][0]["shape"][4] == 1
    and "code" not in row["series"][0]
    and "2000" not in row["series"][0]["syntax"]
    and not any(word in name for word in ("rtdose", "badVR"))
    and not name.startswith("shared/")
]
RENDERERS = ("dcmj2pnm", "dcml2pnm")


@pytest.mark.parametrize("name", GREY)
def test_equal_within_one_level(viewer: Viewer, tmp_path: Path, name: str) -> None:
    if any(shutil.which(program) is None for program in RENDERERS):
        pytest.skip("dcmtk is not installed")
    path = path_of(name)
    if path is None:
        pytest.skip(f"the files of {name.split('/')[0]} are not on this machine")
    (series,) = viewer.series(path)
    # Lossy JPEG of 12 bits: each decoder's own rounding, spread over the grey levels of a narrow window.
    within = 3 if "Lossy" in viewer.screen(path).text and "JPEG Extended" in series.acquisition.transfer_syntax else 1
    values = viewer.values(path)
    low, high = math.floor(values.min()), math.ceil(values.max())
    width = max(high - low, 2)
    centre = low + width // 2
    frame = series.frame(0, series.middle).index + 1
    theirs = drawn_by_dcmtk(path, tmp_path / "theirs.png", frame=frame, centre=centre, width=width)
    ours = viewer.render(path, "--window", f"{centre},{width}")
    # DCMTK draws padding as if it were a value.
    padding = viewer.screen(path, index=series.middle).slice.padding
    apart = np.abs(ours.astype(int) - theirs)
    assert apart[~padding].max() <= within if padding is not None else apart.max() <= within


def drawn_by_dcmtk(path: Path, out: Path, *, frame: int, centre: float, width: float) -> np.ndarray:
    """The frame with its overlays, white, at its own grid."""
    errors = []
    for program in RENDERERS:
        words = [program, "-a", "+Ww", str(centre), str(width), "+F", str(frame), "+on", str(path), str(out)]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode == 0 and out.exists():
            with Image.open(out) as png:
                return np.asarray(png.convert("L")).astype(int)
        errors.append(done.stderr.strip().splitlines()[-1:])
    pytest.fail(f"DCMTK does not read it: {errors}")
