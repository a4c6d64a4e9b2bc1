"""The pure parts of the build: sizes, the SBOM, versions, libraries, the entry."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from desktop.startup.build_info import Damage, damage_sentence
from imaging.workers import WORKER_ARGUMENT

MB = 1_000_000
FACTS = {"version": "1.2.3", "build": "abc", "made": "2026-11-21", "edition": "lite", "system": "Linux x86_64"}


def test_the_word_for_a_worker_is_the_one_that_the_pool_uses(root: Path) -> None:
    tree = ast.parse((root / "build_spec" / "entry.py").read_text(encoding="utf-8"))
    words = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_WORKER"
    ]
    assert words == [WORKER_ARGUMENT]


def test_children_are_served_before_anything_is_imported(root: Path) -> None:
    lines = (root / "build_spec" / "entry.py").read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if "freeze_support()" in line)
    assert not any("import desktop" in line or "from imaging" in line for line in lines[:first])


@pytest.mark.parametrize(("fault", "code"), [("import nowhere_at_all", 2), ("1 / 0", 1)])
def test_a_start_without_a_part_of_python_ends_in_the_programs_own_sentence(root: Path, fault: str, code: int) -> None:
    hook = root / "build_spec" / "damaged_start.py"
    run = f"exec(compile(open({str(hook)!r}, encoding='utf-8').read(), 'hook', 'exec'))\n{fault}"
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == code
    if code == 2:
        assert done.stderr == damage_sentence((Damage("nowhere_at_all", "missing"),)) + "\n"
    else:
        assert "ZeroDivisionError" in done.stderr, "what is not a missing part must not pass for one"
    assert hook.name in (root / "build_spec" / "slicelens.spec").read_text(encoding="utf-8")


# --- sizes ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def sizes(script: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    module = script("sizes")
    monkeypatch.setattr(module, "KEPT", tmp_path / "sizes.json")
    return module


def test_a_growth_is_seen_and_a_new_version_of_a_library_is_not(sizes: Any) -> None:
    sizes.keep("lite", {"Qt": 90 * MB, "numpy": 40 * MB, "rle": 100_000})
    lines, grown = sizes.compared("lite", {"Qt": 93 * MB, "numpy": 44 * MB, "rle": 300_000, "swept in": 5})
    assert grown == ["numpy", "swept in"]
    assert any(line.startswith("numpy") and line.endswith("GROWN") for line in lines)
    assert lines[-1].split()[-2:] == ["137.3", "130.1"]


def test_sizes_of_other_editions_stay(sizes: Any) -> None:
    sizes.keep("lite", {"Qt": 1})
    sizes.keep("full", {"Qt": 2})
    kept = json.loads(sizes.KEPT.read_text(encoding="utf-8"))
    assert sorted(kept) == sorted([sizes.key_of("full"), sizes.key_of("lite")])
    assert kept[sizes.key_of("lite")] == {"Qt": 1}


def test_where_no_sizes_are_kept_none_has_grown_and_that_is_said(sizes: Any) -> None:
    """The first build on a system, and every one on a system whose sizes nobody has kept."""
    weights = {"Qt": 90 * MB, "numpy": 40 * MB}
    for kept in (None, "{}", json.dumps({"another-system-lite": {"Qt": 1}})):
        if kept is not None:
            sizes.KEPT.write_text(kept, encoding="utf-8")
        lines, grown = sizes.compared("lite", weights)
        assert grown == []
        assert "NEW" not in "".join(lines)
        assert lines[-2].split() == ["all", "130.0"]
        assert sizes.key_of("lite") in lines[-1]
        assert "dev.py build --lite --finish-only --keep-sizes" in lines[-1]
    sizes.keep("lite", weights)
    assert sizes.compared("lite", {**weights, "more": 1})[1] == ["more"]


def test_what_nobody_decided_on_is_named(sizes: Any, contents: Any, tmp_path: Path) -> None:
    internal = tmp_path / "_internal"
    for name, size in (("numpy/a.so", 10), ("numpy.libs/b.so", 20), ("strange/x.bin", 5)):
        (internal / name).parent.mkdir(parents=True, exist_ok=True)
        (internal / name).write_bytes(bytes(size))
    (tmp_path / "slicelens").write_bytes(bytes(1000))
    weights, unclaimed = sizes.weigh(
        contents, internal, tmp_path / "slicelens", {"numpy.core": 300, "desktop.app": 600, "unheard_of": 100}
    )
    assert unclaimed == ["module unheard_of", "strange/x.bin"]
    assert weights == {"numpy": 330, "Slicelens": 600}


# --- the list of parts ------------------------------------------------------------------------------------------------


def test_the_sbom_is_cyclonedx_with_a_licence_for_every_part(script: Any, tmp_path: Path) -> None:
    component = script("licences").Component
    parts = [
        component("Slicelens", "slicelens", "1.2.3", "Apache-2.0", ("a",)),
        component("numpy", "numpy", "2.0", "BSD-3-Clause", ("b",), "pkg:pypi/numpy@2.0"),
        component("Models", "pneumonia-cxr", "1.0.0", "CC BY 4.0", ("c",)),
    ]
    script("sbom").write_sbom(tmp_path / "a.json", FACTS, parts)
    script("sbom").write_sbom(tmp_path / "b.json", FACTS, parts)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    document = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.5")
    assert document["serialNumber"].startswith("urn:uuid:")
    assert document["metadata"]["component"]["version"] == "1.2.3"
    rows = {row["name"]: row for row in document["components"]}
    assert sorted(rows) == ["numpy", "pneumonia-cxr"]
    assert rows["numpy"]["purl"] == "pkg:pypi/numpy@2.0"
    assert rows["pneumonia-cxr"]["type"] == "machine-learning-model"
    assert all(row["licenses"][0]["license"]["name"] for row in rows.values())
    references = {row["bom-ref"] for row in rows.values()}
    assert set(document["dependencies"][0]["dependsOn"]) == references


def test_every_licence_text_that_is_named_is_there(contents: Any, root: Path) -> None:
    named = [name for part in contents.parts for name in part.licence_files]
    assert [name for name in named if not (root / name).is_file()] == []


def test_texts_of_the_same_name_are_kept_apart(script: Any, tmp_path: Path) -> None:
    copied = script("licences")._copied
    for number, text in enumerate(("one", "two", "one")):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "LICENSE").write_text(text)
    names = [copied(tmp_path / str(number) / "LICENSE", tmp_path / "out", "Qt and more") for number in range(3)]
    assert names == ["Qt-and-more/LICENSE.txt", "Qt-and-more/LICENSE-2.txt", "Qt-and-more/LICENSE.txt"]


# --- versions ---------------------------------------------------------------------------------------------------------


def test_the_same_sources_give_the_same_facts(script: Any, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    facts = script("versions").build_facts(root, "lite")
    assert facts == script("versions").build_facts(root, "lite")
    assert facts["made"] == "1970-01-02"
    assert facts["edition"] == "lite"


def test_the_resource_of_the_windows_program_is_python_with_our_facts(script: Any, tmp_path: Path) -> None:
    path = script("versions").windows_version_file(tmp_path, FACTS)
    text = path.read_text(encoding="utf-8")
    ast.parse(text, mode="eval")
    assert "filevers=(1, 2, 3, 0)" in text
    assert "Not for diagnosis" in text


# --- libraries (Linux) ------------------------------------------------------------------------------------------------

needs_compiler = pytest.mark.skipif(
    not sys.platform.startswith("linux") or any(shutil.which(one) is None for one in ("cc", "nm", "readelf")),
    reason="needs Linux with a C compiler and binutils",
)


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    """A folder in which `user.so` calls `film.so`, which is linked to `codec.so`."""
    sources = {
        "codec": ("int coded(void) { return 7; }", []),
        "film": ("int coded(void); int played(void) { return coded(); } char frames[16] = {1};", ["codec"]),
        "user": ("int played(void); int used(void) { return played(); }", ["film"]),
    }
    place = tmp_path / "cv2.libs"
    place.mkdir()
    for name, (code, needs) in sources.items():
        (tmp_path / f"{name}.c").write_text(code)
        libraries = [str(place / f"lib{one}.so") for one in needs]
        target = tmp_path / "user.so" if name == "user" else place / f"lib{name}.so"
        command = [
            "cc",
            "-shared",
            "-fPIC",
            f"-Wl,-soname,{target.name}",
            "-o",
            str(target),
            str(tmp_path / f"{name}.c"),
        ]
        subprocess.run([*command, *libraries, f"-Wl,-rpath,{place}"], check=True)
    return tmp_path


class _Chosen:
    """The one row of contents that `replace_unused` asks for."""

    empty = ("cv2.libs/libfilm.so",)

    def __init__(self, *, traps: bool) -> None:
        self._traps = traps

    def empties(self, path: str) -> bool:
        return path in self.empty

    def traps(self, _: str) -> bool:
        return self._traps


def called(library: Path) -> int | str:
    code = f"import ctypes; print(ctypes.CDLL({str(library)!r}).used())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    return int(done.stdout) if done.returncode == 0 else "ended"


@needs_compiler
@pytest.mark.parametrize(("traps", "answer"), [(False, 0), (True, "ended")])
def test_an_emptied_library_loads_and_does_nothing_or_ends_it(
    script: Any, linked: Path, *, traps: bool, answer: int | str
) -> None:
    assert called(linked / "user.so") == 7
    lines = script("stubs").replace_unused(_Chosen(traps=traps), linked)
    assert "libfilm.so" in lines[0]
    assert "libcodec.so" in lines[1]
    assert not (linked / "cv2.libs" / "libcodec.so").exists()
    assert called(linked / "user.so") == answer


@needs_compiler
def test_a_library_that_is_nowhere_is_found_at_the_build(script: Any, linked: Path) -> None:
    unresolved = script("links").unresolved
    assert unresolved(linked) == []
    (linked / "cv2.libs" / "libcodec.so").unlink()
    assert unresolved(linked) == ["libcodec.so (for cv2.libs/libfilm.so)"]
