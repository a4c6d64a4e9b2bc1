"""A training set of own cases: every file once, each case with its slice and its person, and nobody's name."""

import csv
import zipfile
from pathlib import Path

import nibabel
import numpy as np
import pytest

from desktop.jobs.cases.own_set import write_training_set
from desktop.jobs.cases.validation import JudgedTable, judge_table
from imaging.base.errors import Refusal
from imaging.base.policy import DEFAULT_POLICY
from imaging.base.progress import finish
from imaging.workers.pool import Reading
from inference.cases.training_set import PICTURES, TABLE
from tests.imaging.phantoms import l_values, write_series
from tests.inference.cases.table_files import make_rows, write_table
from tests.reading import POOL

READING = Reading(DEFAULT_POLICY, POOL)


@pytest.fixture
def judged(tmp_path: Path) -> JudgedTable:
    """Five slices of a volume, four files of a DICOM series, three pictures in an archive, and a file that is gone."""
    volume = tmp_path / "Doe^John.nii.gz"
    nibabel.save(nibabel.Nifti1Image(np.arange(16 * 16 * 5, dtype=np.int16).reshape(16, 16, 5), np.eye(4)), volume)
    series = tmp_path / "ct"
    series.mkdir()
    write_series(series, values=l_values(slices=4), PatientName="Roe^Jane", PatientID="P-17")
    archive = tmp_path / "more.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for number in range(3):
            packed.writestr(f"in/{number}.npy", b"no picture")
    paths = [(volume, number) for number in range(5)]
    paths += [(path, number) for number, path in enumerate(sorted(series.iterdir()))]
    paths += [(archive / f"in/{number}.npy", 0) for number in range(3)]
    paths += [(tmp_path / "gone.png", 0)]
    rows = make_rows(len(paths))
    for row, (path, index) in zip(rows, paths, strict=True):
        row |= {"path": str(path), "slice": index}
    truth = [
        {"path": row["path"], "slice": row["slice"], "label": ("normal", "bright")[number % 2]}
        for number, row in enumerate(rows)
    ]
    table, told = write_table(tmp_path / "r.csv", rows), write_table(tmp_path / "t.csv", truth)
    return finish(judge_table(table, told, by="case", policy=DEFAULT_POLICY))


@pytest.mark.parametrize("without_identity", [True, False])
def test_cases_are_copied_with_their_table(judged: JudgedTable, tmp_path: Path, without_identity: bool) -> None:
    folder = tmp_path / "set"
    written = finish(write_training_set(judged, 0, folder, READING, without_identity=without_identity))
    with open(folder / TABLE, encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == written.cases
    of_volume = [row for row in rows if row["path"].endswith(".nii.gz")]
    of_series = [row for row in rows if row["path"].endswith(".dcm")]
    # Of a file with several slices the table says which; of one with one, none has to.
    assert sorted(row["slice"] for row in of_volume) == ["0", "1", "2", "3", "4"]
    assert len({row["path"] for row in of_volume}) == 1
    assert [row["slice"] for row in of_series] == [""] * 4
    assert {row["label"] for row in rows} == {"normal", "bright"}
    assert all(row["person"].startswith("p") and row["key"] for row in rows)
    kept = sorted(path.name for path in (folder / PICTURES).rglob("*") if path.is_file())
    assert sorted({Path(row["path"]).name for row in rows}) == kept
    everything = " ".join([*kept, (folder / TABLE).read_text(encoding="utf-8")])
    assert not any(name in everything for name in ("Doe", "Roe", "P-17"))
    assert any(row.path.endswith("gone.png") for row in written.skipped)
    has_name = any(b"Roe^Jane" in path.read_bytes() for path in (folder / PICTURES).rglob("*.dcm"))
    assert has_name is not without_identity


def test_a_folder_that_holds_something_is_left_alone(judged: JudgedTable, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="not empty"):
        finish(write_training_set(judged, 0, tmp_path / "ct", READING, without_identity=True))
