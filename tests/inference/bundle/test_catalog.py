import shutil
from pathlib import Path

import pytest

from imaging.base.errors import Code, Refusal
from inference.bundle.catalog import default_folders, list_installed, resolve_model
from inference.contract.codes import ModelCode
from tests.inference.factory import break_bundle, make_bundle, make_contract, tiny_model, zip_bundle


def test_bundles_are_listed_by_folder_and_broken_ones_with_their_faults(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    make_bundle(ours, id="beta")
    make_bundle(ours, id="alpha")
    broken = break_bundle(make_bundle(theirs, id="broken"), "unknown key")
    zipped = zip_bundle(make_bundle(tmp_path, id="zipped"), theirs / "zipped.slb")
    (theirs / "notes.txt").write_text("no bundle")
    found = list_installed([ours, theirs, tmp_path / "nowhere"])
    assert [(one.id, one.contract is not None) for one in found] == [
        ("alpha", True),
        ("beta", True),
        ("broken", False),
        ("zipped", True),
    ]
    assert [fault.key_path for fault in found[2].faults] == ["input.zoom"]
    assert (found[2].path, found[3].path) == (broken, zipped)
    assert resolve_model("zipped", [ours, theirs]).contract.id == "zipped"


def test_a_second_bundle_of_the_same_id_is_a_fault_and_not_reached(tmp_path: Path) -> None:
    make_bundle(tmp_path / "ours")
    make_bundle(tmp_path / "theirs", version="9.9")
    folders = [tmp_path / "ours", tmp_path / "theirs"]
    first, second = list_installed(folders)
    assert first.contract is not None
    assert second.contract is None
    assert [fault.key_path for fault in second.faults] == ["id"]
    assert resolve_model("tiny", folders).contract.version == "1.0"


def test_a_person_may_name_an_id_a_folder_a_zip_or_a_graph(tmp_path: Path) -> None:
    folder = make_bundle(tmp_path / "ours")
    archive = zip_bundle(folder, tmp_path / "other.slb")
    graph = tmp_path / "graph.onnx"
    graph.write_bytes(tiny_model(make_contract()))
    folders = [tmp_path / "ours"]
    named = [resolve_model(name, folders) for name in ("tiny", str(folder), str(archive), str(graph))]
    assert len({bundle.sha256 for bundle in named[:3]}) == 1
    assert named[3].contract.id == "graph"


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    make_bundle(tmp_path / "ours")
    (tmp_path / "text.txt").write_text("no model")
    for name, code in (
        ("nothing-like-it", ModelCode.UNKNOWN_MODEL),
        (str(tmp_path / "text.txt"), ModelCode.NOT_A_BUNDLE),
        (str(tmp_path), ModelCode.NOT_A_BUNDLE),
        (str(tmp_path / "nowhere.onnx"), Code.MISSING),
    ):
        with pytest.raises(Refusal) as refused:
            resolve_model(name, [tmp_path / "ours"])
        assert refused.value.code is code
    with pytest.raises(Refusal, match="tiny"):
        resolve_model("nothing-like-it", [tmp_path / "ours"])


def test_the_programs_own_bundles_load(tmp_path: Path) -> None:
    own, _ = default_folders()
    for one in list_installed([own]):
        assert one.faults == ()
        copy = shutil.copytree(one.path, tmp_path / one.path.name)
        assert resolve_model(str(copy)).contract.id == one.id
