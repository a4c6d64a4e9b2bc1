import shutil
import stat
import sys
import zipfile
from pathlib import Path

import pytest

from imaging.base.errors import Code, Refusal
from inference.bundle.bundle import check_bundle, load_bundle, save_bundle
from inference.classify.classifier import Classifier
from inference.classify.preprocess import prepare
from inference.contract.codes import ModelCode
from inference.contract.storage import BundleFolder
from tests.inference.factory import (
    FAULTS,
    break_bundle,
    make_bundle,
    make_contract,
    rewrite,
    spot_slice,
    tiny_model,
    zip_bundle,
)

# What is wrong -> the codes of all faults, with the place of each.
REFUSED = {
    "wrong hash": [("E_BUNDLE_HASH", "README.md")],
    "missing file": [("E_BUNDLE_FILE_MISSING", "README.md")],
    "extra file": [("E_BUNDLE_FILE_EXTRA", "notes.md")],
    "forbidden file": [("E_BUNDLE_FILE_FORBIDDEN", "files.weights.pkl")],
    "nan": [("E_MODEL_ERROR", "golden/cases.json")],
    "external data": [("E_ONNX_EXTERNAL_DATA", "model.onnx")],
    "custom domain": [("E_ONNX_CUSTOM_DOMAIN", "model.onnx")],
    "class count": [("E_ONNX_GRAPH", "output.logits"), ("E_ONNX_GRAPH", "output.cams")],
    "damaged graph": [("E_ONNX_GRAPH", "model.onnx")],
    "golden": [("E_GOLDEN", f"golden/{name}.safetensors") for name in ("ramp", "discs", "texture")],
    "unknown key": [("E_BUNDLE_SCHEMA", "input.zoom")],
    "wrong type": [("E_BUNDLE_SCHEMA", "input.size[0]")],
    "missing key": [("E_BUNDLE_SCHEMA", "intended_use")],
    "not json": [("E_BUNDLE_SCHEMA", "")],
    "no contract": [("E_NOT_A_BUNDLE", "")],
    "zip slip": [("E_BUNDLE_PATH", "../evil.md")],
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def bundle(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / whole.name))


def test_a_whole_bundle_has_no_fault_and_loads(whole: Path) -> None:
    assert check_bundle(whole) == []
    loaded = load_bundle(whole)
    assert loaded.contract.id == "tiny"
    assert loaded.assumptions == ()
    assert set(loaded.contract.files) == {
        str(path.relative_to(whole).as_posix())
        for path in whole.rglob("*")
        if path.is_file() and path.name != "bundle.json"
    }


def test_every_fault_of_the_factory_is_in_the_table() -> None:
    assert set(REFUSED) == set(FAULTS)


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_broken_bundle_is_refused_with_its_reasons(bundle: Path, fault: str) -> None:
    path = break_bundle(bundle, fault)
    faults = check_bundle(path)
    assert [(found.code.value, found.key_path) for found in faults] == REFUSED[fault]
    assert all(found.sentence.endswith(".") for found in faults)
    with pytest.raises(Refusal) as refused:
        load_bundle(path)
    assert refused.value.code is faults[0].code


def test_every_reason_is_given_at_once(bundle: Path) -> None:
    for fault in ("unknown key", "wrong type", "wrong hash", "extra file", "custom domain"):
        break_bundle(bundle, fault)
    assert {found.code for found in check_bundle(bundle)} == {
        ModelCode.SCHEMA,
        ModelCode.HASH,
        ModelCode.EXTRA_FILE,
        ModelCode.CUSTOM_DOMAIN,
    }
    assert [found.key_path for found in check_bundle(bundle) if found.code is ModelCode.SCHEMA] == [
        "input.size[0]",
        "input.zoom",
    ]


@pytest.mark.parametrize("prefix", ["", "tiny/"])
def test_the_same_folder_zipped_is_the_same_bundle(bundle: Path, tmp_path: Path, prefix: str) -> None:
    archive = zip_bundle(bundle, tmp_path / "tiny.slb", prefix=prefix)
    assert check_bundle(archive) == []
    one, other = load_bundle(bundle), load_bundle(archive)
    assert one.sha256 == other.sha256
    assert one.read("model.onnx") == other.read("model.onnx")
    input_ = prepare(spot_slice(), one.contract.input)
    assert Classifier(one).run(input_).probabilities.tolist() == Classifier(other).run(input_).probabilities.tolist()


# On Windows zipfile makes a separator of it: a folder within the bundle, with a file that nothing names.
BACKSLASH = "E_BUNDLE_FILE_EXTRA" if sys.platform == "win32" else "E_BUNDLE_PATH"


@pytest.mark.parametrize(
    ("name", "code"),
    [("/etc/evil.md", "E_BUNDLE_PATH"), ("a\\b.md", BACKSLASH), ("c:evil.md", "E_BUNDLE_PATH")],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_lead_out_of_a_zip_are_faults(bundle: Path, tmp_path: Path, name: str, code: str) -> None:
    archive = zip_bundle(bundle, tmp_path / "tiny.slb")
    with zipfile.ZipFile(archive, "a") as opened:
        opened.writestr(name, "outside")
    assert [found.code.value for found in check_bundle(archive)] == [code]


def test_links_in_a_zip_are_faults(bundle: Path, tmp_path: Path) -> None:
    archive = zip_bundle(bundle, tmp_path / "tiny.slb")
    with zipfile.ZipFile(archive, "a") as opened:
        link = zipfile.ZipInfo("link.md")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        opened.writestr(link, "/etc/passwd")
    assert [(found.code.value, found.key_path) for found in check_bundle(archive)] == [("E_BUNDLE_PATH", "link.md")]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right of their own there")
def test_links_in_a_folder_are_faults(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.md").write_text("outside")
    (bundle / "link.md").symlink_to(tmp_path / "outside.md")
    (bundle / "figures").symlink_to(tmp_path)
    assert [(found.code.value, found.key_path) for found in check_bundle(bundle)] == [
        ("E_BUNDLE_PATH", "figures"),
        ("E_BUNDLE_PATH", "link.md"),
    ]


def test_a_contract_may_not_name_files_outside(bundle: Path) -> None:
    rewrite(bundle, edit=lambda whole: whole["files"].update({"../../secret.md": "0" * 64}))
    assert [(found.code.value, found.key_path) for found in check_bundle(bundle)] == [
        ("E_BUNDLE_PATH", "files.../../secret.md")
    ]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip after all", b"text"])
def test_a_file_that_is_no_bundle_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.slb"
    path.write_bytes(content)
    assert [found.code for found in check_bundle(path)] == [ModelCode.NOT_A_BUNDLE]
    assert [found.code for found in check_bundle(tmp_path / "nowhere")] == [Code.MISSING]


def test_a_damaged_zip_is_refused(bundle: Path, tmp_path: Path) -> None:
    archive = zip_bundle(bundle, tmp_path / "tiny.slb")
    content = bytearray(archive.read_bytes())
    for place in range(200, len(content) - 2000, 97):
        content[place] ^= 0xFF
    archive.write_bytes(bytes(content))
    assert check_bundle(archive)


def test_what_a_file_browser_leaves_behind_is_no_fault(bundle: Path) -> None:
    (bundle / ".DS_Store").write_bytes(b"\0")
    (bundle / "golden" / "Thumbs.db").write_bytes(b"\0")
    assert check_bundle(bundle) == []


def test_a_file_that_changes_between_two_looks_is_judged_as_its_hash_says(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A graph that names another file is there when the hash is taken, an honest one when it is looked into."""
    honest = (bundle / "model.onnx").read_bytes()
    break_bundle(bundle, "external data")
    evil = (bundle / "model.onnx").read_bytes()
    looks = iter([evil])
    read = BundleFolder.read
    monkeypatch.setattr(
        BundleFolder, "read", lambda self, name: next(looks, honest) if name == "model.onnx" else read(self, name)
    )
    assert [found.code for found in check_bundle(bundle)] == [ModelCode.EXTERNAL_DATA]


def test_a_file_that_changes_after_loading_is_refused(bundle: Path) -> None:
    loaded = load_bundle(bundle)
    (bundle / "model.onnx").write_bytes(tiny_model(loaded.contract, maps=False))
    with pytest.raises(Refusal) as refused:
        Classifier(loaded)
    assert refused.value.code is ModelCode.HASH


# --- saving ---------------------------------------------------------------------------------------------------------


def test_saving_replaces_an_older_bundle_and_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = make_bundle(tmp_path)
    first = load_bundle(folder)
    contract = make_contract(version="2.0")
    second = save_bundle(folder, contract=contract, files={"model.onnx": tiny_model(contract)})
    assert second.contract.version == "2.0"
    assert first.sha256 != second.sha256
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]
    assert not (folder / "README.md").exists()


def test_saving_never_replaces_what_is_no_bundle(tmp_path: Path) -> None:
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "thesis.txt").write_text("years of work")
    contract = make_contract()
    with pytest.raises(Refusal) as refused:
        save_bundle(tmp_path / "tiny", contract=contract, files={"model.onnx": tiny_model(contract)})
    assert refused.value.code is Code.WRITE
    assert (tmp_path / "tiny" / "thesis.txt").read_text() == "years of work"


def test_a_bundle_that_would_be_refused_is_not_written(tmp_path: Path) -> None:
    folder = make_bundle(tmp_path)
    before = load_bundle(folder).sha256
    contract = make_contract(version="2.0")
    with pytest.raises(Refusal) as refused:
        save_bundle(folder, contract=contract, files={"model.onnx": tiny_model(contract), "weights.pkl": b"x"})
    assert refused.value.code is ModelCode.FORBIDDEN_FILE
    assert load_bundle(folder).sha256 == before
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]
