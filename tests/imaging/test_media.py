"""Where files lie: read-only media, long paths in any script, and files that vanish after they were listed."""

from pathlib import Path

import pytest

from imaging.base.errors import Code
from imaging.base.progress import finish
from tests.imaging.phantoms import write_series
from tests.reading import allocate, fill, scan


def test_read_only_media_are_read_and_left_as_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "cd"
    for path in write_series(folder):
        path.chmod(0o444)
    folder.chmod(0o555)
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    try:
        (series,) = finish(scan([folder])).series
        volume = allocate(series)
        assert finish(fill(volume)) == ()
        assert volume.is_complete
        assert {path.name: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    finally:
        folder.chmod(0o755)


@pytest.mark.parametrize("name", ["Übersicht Schädel", "検査", "Ελληνικά", "x" * 200])
def test_long_paths_in_any_script(tmp_path: Path, name: str) -> None:
    folder = tmp_path
    while len(str(folder / name)) < 1200:
        folder = folder / name
    write_series(folder, names=[f"{name[:60]} {number}" for number in range(10)])
    found = finish(scan([tmp_path]))
    assert [one.slices for one in found.series] == [10]
    assert found.ledger.skipped == ()
    volume = allocate(found.series[0])
    assert finish(fill(volume)) == ()


def test_files_that_vanish_after_the_scan_are_rows_and_the_rest_is_read(tmp_path: Path) -> None:
    paths = write_series(tmp_path / "ct")
    (series,) = finish(scan([tmp_path])).series
    for path in paths[3:5]:
        path.unlink()
    volume = allocate(series)
    lost = finish(fill(volume))
    assert sorted((Path(row.path).name, row.code) for row in lost) == [
        (paths[3].name, Code.MISSING),
        (paths[4].name, Code.MISSING),
    ]
    assert volume.loaded[0].tolist() == [number not in (3, 4) for number in range(10)]
