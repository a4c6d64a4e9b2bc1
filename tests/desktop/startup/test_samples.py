"""The samples: found where packages lie, without importing them, and real files each."""

import subprocess
import sys
from pathlib import Path

import nibabel
import pydicom
import pytest
from PIL import Image

from desktop.startup import samples as module
from desktop.startup.samples import find_package, find_sample, list_samples
from imaging.base.errors import Code, Refusal


def test_the_first_is_a_radiograph_of_whom_the_model_was_made_for() -> None:
    first = list_samples()[0]
    assert (first.id, first.model) == ("chest-child-pneumonia", "pneumonia-cxr")
    with Image.open(first.paths[0]) as picture:
        assert max(picture.size) > 1000
    assert "CC BY 4.0: D. Kermany" in (first.paths[0].parent / "README.md").read_text(encoding="utf-8")


def test_nobody_of_the_samples_is_among_the_cases_of_the_models(shared: Path) -> None:
    held = {path.name.partition("_")[0].partition("-00")[0] for path in shared.glob("chest_xray*/*/*")}
    shown = [path.name for sample in list_samples() for path in sample.paths if path.parent.name == "samples"]
    assert len(shown) == 2
    assert not {name.partition("_")[0].partition("-00")[0] for name in shown} & held


def test_the_adult_radiograph_is_stored_bright_is_dark() -> None:
    header = pydicom.dcmread(find_sample("chest-radiograph").paths[0], stop_before_pixels=True)
    assert header.BodyPartExamined == "CHEST"
    assert header.PhotometricInterpretation == "MONOCHROME1"


def test_all_are_installed_here_and_differ() -> None:
    found = list_samples()
    assert len(found) == 8
    assert len({one.id for one in found}) == len(found)
    assert all(path.exists() for one in found for path in one.paths)
    assert all(one.title and one.line.endswith(".") for one in found)


def test_what_the_lines_say_is_true() -> None:
    assert nibabel.load(find_sample("head-mni152").paths[0]).shape == (197, 233, 189)
    assert nibabel.load(find_sample("head-phases").paths[0]).shape[2:] == (24, 2)
    heart = pydicom.dcmread(find_sample("echocardiogram").paths[0], stop_before_pixels=True)
    assert (heart.Modality, int(heart.NumberOfFrames), heart.SamplesPerPixel) == ("US", 120, 3)
    shoulder = pydicom.dcmread(find_sample("shoulder").paths[0], stop_before_pixels=True)
    assert (shoulder.Modality, shoulder.Rows, shoulder.Columns) == ("MR", 1024, 1024)
    assert shoulder.StudyDescription == "SHOULDER"
    modalities = {
        pydicom.dcmread(path, stop_before_pixels=True).Modality
        for folder in find_sample("mixed-disc").paths
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert modalities == {"CT", "MR", "CR"}


def test_the_demo_leaves_out_the_many_small_series_of_the_disc() -> None:
    assert [one.id for one in list_samples() if not one.demo] == ["mixed-disc"]


def test_an_unknown_sample_is_a_refusal() -> None:
    with pytest.raises(Refusal) as refused:
        find_sample("nothing")
    assert refused.value.code is Code.MISSING


def test_only_what_exists_is_offered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def elsewhere(package: str) -> Path | None:
        return None if package == "data_store" else tmp_path if package == "nilearn" else find_package(package)

    monkeypatch.setattr(module, "find_package", elsewhere)
    module.read_list.cache_clear()
    try:
        ours = ["chest-child-pneumonia", "chest-child-normal"]
        assert [one.id for one in list_samples()] == [*ours, "head-phases", "mixed-disc"]
    finally:
        module.read_list.cache_clear()


def test_a_package_that_is_not_there_has_no_folder() -> None:
    assert find_package("no_such_package_anywhere") is None
    assert find_package("sys") is None


def test_finding_them_imports_none_of_the_packages(root: Path) -> None:
    script = (
        "import sys; from desktop.startup.samples import list_samples; list_samples()\n"
        "print(*[m for m in ('nilearn', 'nibabel', 'pydicom', 'data_store', 'sklearn') if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, timeout=60, check=True
    )
    assert answer.stdout.split() == []
