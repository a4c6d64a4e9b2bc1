"""The list of what a built program holds: every row has its reason, claims what it must, and no more."""

import ast
import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path
from typing import Any

import pytest

# What nothing of OpenCV's linear algebra stands behind: the built program holds an empty OpenBLAS (contents.toml).
CALLED_OF_OPENCV = {
    "VideoWriter",  # its own MJPEG alone: `CAP_OPENCV_MJPEG`
    "absdiff", "applyColorMap", "bitwise_not", "boxFilter", "calcHist", "circle",
    "connectedComponentsWithStats", "convertScaleAbs", "createCLAHE", "cvtColor", "findContours",
    "GaussianBlur", "imdecode", "imencode", "line", "minMaxLoc", "morphologyEx", "normalize", "polylines", "resize",
    "transpose", "warpAffine",
}  # fmt: skip


def test_an_unknown_edition_or_key_is_refused(script: Any, root: Path, tmp_path: Path) -> None:
    kind = script("contents").Contents
    with pytest.raises(ValueError, match="no edition 'huge'"):
        kind.read(root / "build_spec" / "contents.toml", "huge")
    text = (root / "build_spec" / "contents.toml").read_text(encoding="utf-8")
    (tmp_path / "contents.toml").write_text(text + '\n[[part]]\nname = "x"\nwhy = "y"\nlicense = "MIT"\n')
    with pytest.raises(TypeError):
        kind.read(tmp_path / "contents.toml", "lite")


def test_every_row_has_its_reason(root: Path) -> None:
    table = tomllib.loads((root / "build_spec" / "contents.toml").read_text(encoding="utf-8"))
    silent = [row for kind in ("part", "left_out", "hidden", "source", "strip", "empty") for row in table[kind]]
    assert [row for row in silent if len(row.get("why", "")) < 8] == []
    assert [row["name"] for row in table["part"] if not row["licence"]] == []


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("resources/models/pneumonia-cxr/model.onnx", "Models"),
        ("resources/build.json", "Slicelens"),
        ("resources/icons/slicelens.svg", "Slicelens"),
        ("numpy/_core/_multiarray_umath.cpython-311-x86_64-linux-gnu.so", "numpy"),
        ("cv2/cv2.abi3.so", "OpenCV"),
        ("cv2/cv2.pyd", "OpenCV"),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", "Qt and PySide6"),
        ("libpython3.11.so.1.0", "Python"),
        ("SimpleITK/_SimpleITK.abi3.so", "SimpleITK"),
        ("_openjpeg.cpython-311-x86_64-linux-gnu.so", None),
        ("rle/_rle.cpython-311-x86_64-linux-gnu.so", "DICOM decoders"),
        ("imagecodecs/_jpeg2k.abi3.so", "DICOM decoders"),
        ("imagecodecs.libs/libopenjp2-7e27257a.so.2.5.4", "DICOM decoders"),
        ("imagecodecs/_jpeg8.abi3.so", "DICOM decoders"),
        ("imagecodecs/.dylibs/libjpeg.8.3.2.dylib", "DICOM decoders"),
        ("imagecodecs/_tiff.abi3.so", None),
        ("imagecodecs.libs/libaom-391a2213.so.3.13.1", None),
        ("_libjpeg.cpython-311-x86_64-linux-gnu.so", None),
        ("pillow.libs/libxcb-9065bb12.so.1.1.0", "Pillow"),
        ("somebody/else.bin", None),
    ],
)
def test_files_belong_to_one_part(contents: Any, path: str, part: str | None) -> None:
    found = contents.part_of_file(path)
    assert (found.name if found else None) == part


def test_of_imagecodecs_only_the_licences_of_what_is_in_are_taken(contents: Any) -> None:
    part = contents.part_of_module("imagecodecs")
    assert part.is_licensed_by("imagecodecs-2026.3.6.dist-info/licenses/LICENSE")
    assert part.is_licensed_by("imagecodecs/licenses/LICENSE-libjpeg-turbo")
    assert not part.is_licensed_by("imagecodecs/licenses/LICENSE-heif")
    assert contents.part_of_module("numpy").is_licensed_by("numpy/random/LICENSE.md")


def test_no_file_is_claimed_and_left_out_at_once_but_by_name(contents: Any) -> None:
    assert contents.leaves_out_file("PySide6/Qt/lib/libQt6Quick.so.6")
    assert contents.leaves_out_file("PySide6\\Qt6Quick.dll"), "Windows writes its paths with backslashes"
    for kept in (
        "PySide6/Qt/lib/libQt6Core.so.6", "PySide6/Qt/lib/libQt6Svg.so.6", "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so", "PySide6/Qt/plugins/imageformats/libqsvg.so",
        "pillow.libs/libxcb-9065bb12.so.1.1.0", "imagecodecs.libs/libjpeg-f212e7a6.so.8.3.2",
        "torch/bin/torch_shm_manager",
    ):  # fmt: skip
        assert not contents.leaves_out_file(kept), kept


def test_lite_has_no_torch_and_full_has(script: Any, root: Path) -> None:
    def of(edition: str) -> Any:
        return script("contents").Contents.read(root / "build_spec" / "contents.toml", edition)

    lite, full = of("lite"), of("full")
    for module in ("torch", "timm", "torch.nn", "inference.torch_path.gradcam"):
        assert lite.leaves_out_module(module), module
        assert not full.leaves_out_module(module), module
    for module in ("captum", "training", "training.fit.fit", "matplotlib", "sklearn"):
        assert lite.leaves_out_module(module)
        assert full.leaves_out_module(module)
    assert not lite.leaves_out_module("torchless"), "a name that merely begins alike"
    assert {"torch", "timm"} <= set(full.metadata())
    assert not {"torch", "timm"} & set(lite.metadata())


def test_what_the_viewer_needs_is_in(contents: Any, root: Path) -> None:
    """Each package that the viewer declares has a part, and its modules are not left out."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[^\w.-]", row)[0] for row in project["dependencies"]}
    known = {name.lower().replace("_", "-") for name in contents.metadata()}
    assert {name.lower() for name in names} - known == set()
    for module in ("numpy", "pydicom", "nibabel", "SimpleITK", "cv2", "PIL.Image", "onnxruntime", "PySide6.QtWidgets"):
        assert not contents.leaves_out_module(module)
        assert contents.part_of_module(module) is not None


def test_distributions_and_samples_are_what_is_installed(script: Any, root: Path) -> None:
    lite = script("contents").Contents.read(root / "build_spec" / "contents.toml", "lite")
    missing = []
    for name in lite.metadata():
        try:
            distribution(name)
        except PackageNotFoundError:
            missing.append(name)
    assert missing == []
    assert requires("slicelens")
    assert [path for path, _ in lite.package_files() if not Path(path).is_file()] == []


def test_the_samples_that_the_program_lists_are_in_it(contents: Any, root: Path) -> None:
    listed = tomllib.loads((root / "resources" / "samples.toml").read_text(encoding="utf-8"))["sample"]
    inside = {(package, name) for package, names in contents.samples for name in names}
    checked = tomllib.loads((root / "resources" / "selftest.toml").read_text(encoding="utf-8"))["decoder"]
    wanted = {(row["package"], name) for row in listed for name in row["files"]}
    # Our own stand in `resources`, all of which is in it.
    own = {name for package, name in wanted if package == "resources"}
    assert own
    assert all((root / "resources" / name).is_file() for name in own)
    wanted -= {("resources", name) for name in own}
    wanted |= {("pydicom", f"data/test_files/{row['file']}") for row in checked}
    assert wanted - inside == set()


def test_nothing_is_called_of_opencv_that_needs_linear_algebra(contents: Any, root: Path) -> None:
    assert contents.traps("opencv_python_headless.libs/libopenblasp-r0-59ffcd50.3.15.so")
    assert not contents.traps("numpy.libs/libscipy_openblas64_-32a4b2a6.so")
    called = set()
    for room in ("imaging", "inference", "desktop"):
        for path in (root / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "cv2":
                    called.add(node.attr)
    assert "resize" in called
    assert {name for name in called if not name.isupper()} - CALLED_OF_OPENCV == set()
