from pathlib import Path

import numpy as np
import pytest

from imaging.base.errors import Code, Refusal
from imaging.base.progress import finish
from training.data.dataset import list_cases, prepare_cases
from training.fit.runs import STORE, discard_stored_cases, open_stored_cases, store_cases
from training.recipe.recipe import Recipe


def test_the_store_holds_exactly_what_prepare_gives(pictures: Path, recipe: Recipe, tmp_path: Path) -> None:
    cases = list_cases(pictures, recipe)
    wanted = finish(prepare_cases(cases, recipe))
    found = finish(store_cases(tmp_path, cases, recipe))
    assert isinstance(found.tensors, np.memmap)
    assert (found.tensors == wanted.tensors).all()
    elsewhere = open_stored_cases(tmp_path, recipe)
    assert elsewhere is not None
    assert (elsewhere.tensors == wanted.tensors).all()
    assert (elsewhere.targets == wanted.targets).all()
    assert elsewhere.cases == wanted.cases


def test_it_is_used_again_for_the_same_pictures_only(pictures: Path, recipe: Recipe, tmp_path: Path) -> None:
    cases = list_cases(pictures, recipe)
    assert len(list(store_cases(tmp_path, cases, recipe))) == len(cases)
    assert list(store_cases(tmp_path, cases, recipe)) == []
    assert len(list(store_cases(tmp_path, cases[2:], recipe))) == len(cases) - 2
    other = recipe.model_copy(update={"input": recipe.input.model_copy(update={"size": (32, 32)})})
    assert len(list(store_cases(tmp_path, cases, other))) == len(cases)
    discard_stored_cases(tmp_path)
    assert open_stored_cases(tmp_path, recipe) is None
    assert list(tmp_path.iterdir()) == []


def test_one_that_was_cut_off_is_made_again(pictures: Path, recipe: Recipe, tmp_path: Path) -> None:
    cases = list_cases(pictures, recipe)
    job = store_cases(tmp_path, cases, recipe)
    next(job)
    job.close()
    assert (tmp_path / STORE).is_dir()
    assert open_stored_cases(tmp_path, recipe) is None
    assert len(list(store_cases(tmp_path, cases, recipe))) == len(cases)


def test_a_full_disk_is_told_before_anything_is_prepared(pictures: Path, recipe: Recipe, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="this system has no limit on the size of files")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(Refusal, match="no room for the prepared slices") as caught:
            finish(store_cases(tmp_path, list_cases(pictures, recipe), recipe))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert caught.value.code is Code.WRITE
    assert list(tmp_path.iterdir()) == []
