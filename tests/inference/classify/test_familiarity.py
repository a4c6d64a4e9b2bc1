"""The installed model whose training cases a picture is most like, found without a word in its file."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import save

from imaging.volume.volume import Slice
from inference.bundle.bundle import load_bundle, save_bundle
from inference.bundle.catalog import default_folders, list_installed
from inference.classify.analysis import analyse
from inference.classify.classifier import Classifier
from inference.classify.familiarity import find_most_familiar, measure_familiarity
from inference.contract.phantoms import make_phantoms, slice_from_array
from tests.inference.factory import make_bundle, make_contract, spot_slice, tiny_model

RAMP = make_phantoms(make_contract())[0].slice
RULE = {"method": "mahalanobis", "statistics": "s.safetensors", "in_distribution_refused": 0.05}


def knowing(folder: Path, known: Slice, *, cut_off: float) -> Classifier:
    """A model whose only training case was `known`; its id is the folder's name."""
    raw = analyse(known, Classifier(load_bundle(make_bundle(folder / "plain")))).raw
    assert raw is not None
    assert raw.features is not None
    statistics = {"mean": raw.features[np.newaxis], "precision": np.eye(raw.features.size, dtype=np.float32) * 1e4}
    contract = make_contract(id=folder.name, out_of_distribution=RULE | {"cut_off": cut_off})
    files = {"model.onnx": tiny_model(contract), "s.safetensors": save(statistics)}
    save_bundle(folder / "b", contract=contract, files=files)
    return Classifier(load_bundle(folder / "b"))


def test_the_nearest_in_parts_of_its_own_limit_is_found_whatever_the_order(tmp_path: Path) -> None:
    ramps, spots = (
        knowing(tmp_path / "ramps", RAMP, cut_off=1.0),
        knowing(tmp_path / "spots", spot_slice(), cut_off=2.0),
    )
    mute = Classifier(load_bundle(make_bundle(tmp_path / "mute")))
    for models in ((ramps, mute, spots), (spots, ramps, mute)):
        for slice_, name in ((RAMP, "ramps"), (spot_slice(), "spots")):
            found = find_most_familiar(slice_, models)
            assert found is not None
            assert found.contract.id == name
    assert find_most_familiar(spot_slice(), (ramps, mute)) is None
    assert find_most_familiar(spot_slice(), ()) is None
    far = measure_familiarity(spot_slice(), ramps)
    assert far is not None
    assert far.ratio > 1
    half = measure_familiarity(RAMP, knowing(tmp_path / "wide", spot_slice(), cut_off=2.0))
    whole = measure_familiarity(RAMP, knowing(tmp_path / "narrow", spot_slice(), cut_off=1.0))
    assert half is not None
    assert whole is not None
    assert half.ratio == pytest.approx(whole.ratio / 2)


def test_an_empty_slice_is_like_nobody_s(tmp_path: Path) -> None:
    empty = slice_from_array(np.full((8, 8), np.nan, np.float32))
    assert find_most_familiar(empty, [knowing(tmp_path / "ramps", RAMP, cut_off=1.0)]) is None


def real_pictures(shared: Path) -> Iterator[tuple[str, Path]]:
    for folder, model in (("chest_xray", "pneumonia-cxr"), ("brain_tumor", "brain-tumor-mri")):
        for path in sorted((shared / folder).glob("*/*.jp*g"))[::40][:6]:
            yield model, path


def test_real_films_and_slices_find_the_model_that_was_made_for_them(shared: Path) -> None:
    models = [Classifier(load_bundle(one.path)) for one in list_installed(default_folders()[:1])]
    answers = []
    for model, path in real_pictures(shared):
        found = find_most_familiar(slice_from_array(np.asarray(Image.open(path).convert("L"))), models)
        # A model may refuse a picture of its own kind; it must never be offered for another kind.
        assert found is None or found.contract.id == model, path.name
        answers.append(found)
    assert sum(found is not None for found in answers) >= 0.8 * len(answers)
