"""Strangers' bundles: each is answered within 5 s and 1 GB, nothing outside is opened, the list of models goes on."""

import json
import os
import shutil
import struct
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.hostile import graphs
from tests.hostile.archives import DEFLATED, ENCRYPTED, MIB, Member, write_zip, zeros_member
from tests.hostile.conftest import Attacked
from tests.hostile.harness import Attack, Scene, draw_attacks, run_attack
from tests.hostile.pictures import dicom, plain_pixels
from tests.inference.factory import FAULTS, break_bundle, make_bundle, rewrite

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="its inputs are those of POSIX")]

Make = Callable[[Scene], Path]
Edit = Callable[[dict[str, Any]], Any]
CHECK, LIST = ("model", "check", "{}"), ("models",)
CLASSIFY = ("classify", "{picture}", "--model", "{}")
SAVE = ("model", "save", "{}")
SCHEMA, NO_BUNDLE, LARGE = ("E_BUNDLE_SCHEMA",), ("E_NOT_A_BUNDLE",), ("E_BUNDLE_TOO_LARGE",)
GRAPH, EXTERNAL = ("E_ONNX_GRAPH",), ("E_ONNX_EXTERNAL_DATA",)


@cache
def whole() -> Mapping[str, bytes]:
    """The files of a bundle that would be loaded, by name."""
    with tempfile.TemporaryDirectory() as made:
        folder = make_bundle(Path(made))
        return {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def folder_at(path: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def picture(scene: Scene) -> None:
    (scene.inputs / "picture.dcm").write_bytes(dicom(plain_pixels()))


def bundle(*changes: Callable[[Path], Any]) -> Make:
    """A bundle's folder that would be loaded, but for the changes; and a picture."""

    def make(scene: Scene) -> Path:
        picture(scene)
        folder = folder_at(scene.inputs / "tiny", whole())
        for change in changes:
            change(folder)
        return folder

    return make


def edited(edit: Edit) -> Make:
    """A bundle whose contract was changed."""
    return bundle(lambda folder: rewrite(folder, edit=edit))


def contract(text: bytes | Callable[[], bytes]) -> Make:
    """A bundle whose contract is that text."""
    return bundle(lambda folder: (folder / "bundle.json").write_bytes(text if isinstance(text, bytes) else text()))


def with_files(**files: bytes | Callable[[], bytes]) -> Make:
    """A bundle in which files were replaced; the contract names them as they are now. `__` is a dot, `_in_` a slash."""

    def change(folder: Path) -> None:
        named = {name.replace("_in_", "/").replace("__", "."): content for name, content in files.items()}
        rewrite(folder, files={name: one if isinstance(one, bytes) else one() for name, one in named.items()})

    return bundle(change)


def with_model(*changes: graphs.Change) -> Make:
    return with_files(model__onnx=lambda: graphs.classifier(*changes))


def zipped(members: Callable[[], list[Member]], **options: Any) -> Make:
    def make(scene: Scene) -> Path:
        picture(scene)
        return write_zip(scene.inputs / "tiny.slb", members(), **options)

    return make


def members(**but: Member) -> list[Member]:
    """The members of the whole bundle, some of them others."""
    others = {one.name.decode(): one for one in but.values()}
    plain = [Member(name=name.encode(), content=content) for name, content in whole().items() if name not in others]
    return [*others.values(), *plain]


def beside(make: Make) -> Make:
    """The same as one of the installed bundles, with one that is whole."""

    def both(scene: Scene) -> Path:
        models = scene.home / "slicelens/models"
        made = make(scene)
        folder_at(models / "good", whole())
        if made.parent == scene.inputs and os.path.lexists(made):
            shutil.move(made, models / f"bad{made.suffix}")
        return models

    return both


def rows(
    clause: str, rule: str, codes: tuple[str, ...] | None, makes: Mapping[str, Make], words: tuple[str, ...] = CHECK
) -> Iterator[Attack]:
    for name, make in makes.items():
        yield Attack(name=name, clause=clause, rule=rule, make=make, words=words, codes=codes)


# --- the contract ---


def equal_keys(count: int) -> bytes:
    return b"{" + b",".join(b'"a":1' for _ in range(count)) + b"}"


def pairs_of_keys(count: int) -> bytes:
    return b"{" + b",".join(b'"k%d":1,"k%d":2' % (n, n) for n in range(count)) + b"}"


def set_at(*keys: str | int, value: Any) -> Edit:
    def edit(document: dict[str, Any]) -> None:
        here: Any = document
        for key in keys[:-1]:
            here = here[key]
        here[keys[-1]] = value

    return edit


def digits(count: int, *keys: str) -> Make:
    """A number of that many digits."""

    def change(folder: Path) -> None:
        rewrite(folder, edit=set_at(*keys, value="@@"))
        text = (folder / "bundle.json").read_text().replace('"@@"', "9" * count)
        (folder / "bundle.json").write_text(text)

    return bundle(change)


CONTRACTS = {
    "200000_equal_keys": contract(lambda: equal_keys(200_000)),
    "100000_pairs_of_equal_keys": contract(lambda: pairs_of_keys(100_000)),
    "300000_unknown_keys": edited(lambda whole: whole.update((f"x{n}", 1) for n in range(200_000))),
    "a_key_of_3_megabytes": edited(lambda whole: whole.update({"x" * 3 * MIB: 1})),
    "four_million_brackets": contract(b"[" * (4 * MIB - 1)),
    "a_million_objects_within": contract(b'{"a":' * 800_000),
    "brackets_closed": contract(b'{"a":' + b"[" * 2_000_000 + b"]" * 2_000_000 + b"}"),
    "a_list_of_a_million": edited(set_at("task", "labels", value=[0] * 700_000)),
    "a_seed_of_4000_digits": digits(4000, "provenance", "seed"),
    "a_seed_of_100000_digits": digits(100_000, "provenance", "seed"),
    "a_size_of_4000_digits": digits(4000, "schema_version"),
    "a_text_of_3_megabytes": edited(set_at("schema_version", value="x" * 3 * MIB)),
    "a_contract_of_nan": contract(lambda: whole()["bundle.json"].replace(b"32", b"NaN", 1)),
    "a_contract_of_surrogates": contract(b'{"\\ud800": "\\udfff"}'),
    "an_empty_contract": contract(b""),
    "a_contract_in_utf16": contract(lambda: whole()["bundle.json"].decode().encode("utf-16")),
    "a_pattern_that_goes_back": edited(set_at("id", value="a" * 1_000_000 + "!")),
    "a_million_labels": edited(
        set_at("task", "labels", value=[{"name": f"{n}", "display": "x"} for n in range(100_000)])
    ),
}
LISTS = {
    "a_hundred_thousand_files": edited(
        lambda whole: whole["files"].update((f"{n}.md", "0" * 64) for n in range(50_000))
    ),
    "files_outside": edited(
        lambda whole: whole["files"].update({f"../{'../' * n}outside/canary.raw": "0" * 64 for n in range(9)})
    ),
    "names_of_control_characters": edited(lambda whole: whole["files"].update({"\x1b[2J\u202e.md": "0" * 64})),
    "a_name_of_a_megabyte": edited(lambda whole: whole["files"].update({"x" * MIB + ".md": "0" * 64})),
    "a_hash_that_is_none": edited(lambda whole: whole["files"].update({"README.md": "0" * 9})),
}

# --- archives ---

ARCHIVES = {
    "a_contract_of_1900_mib": zipped(lambda: members(a=zeros_member(b"bundle.json", 1900, b"{"))),
    "a_model_of_1900_mib": zipped(lambda: members(a=zeros_member(b"model.onnx", 1900))),
    "a_picture_of_1000_mib": zipped(lambda: members(a=zeros_member(b"figures/a.png", 1000, b"\x89PNG"))),
    "a_card_of_1000_mib": zipped(lambda: members(a=zeros_member(b"README.md", 1000))),
    "weights_of_1900_mib": zipped(lambda: members(a=zeros_member(b"weights.safetensors", 1900))),
    "200_members_of_100_mib": zipped(lambda: members() + [zeros_member(b"%d.md" % n, 100) for n in range(200)]),
    "60000_members": zipped(lambda: members() + [Member(name=b"%d.md" % n, at=0) for n in range(60_000)]),
    "3000_members": zipped(lambda: members() + [Member(name=b"%d.md" % n) for n in range(3000)]),
}
DAMAGED = {
    "a_contract_that_says_1000_bytes": zipped(
        lambda: members(
            a=Member(name=b"bundle.json", content=zeros_member(b"", 900).content, method=DEFLATED, size=1000)
        )
    ),
    "a_contract_that_is_encrypted": zipped(
        lambda: members(a=Member(name=b"bundle.json", content=b"x" * 40, flags=ENCRYPTED))
    ),
    "a_contract_packed_in_no_way": zipped(lambda: members(a=Member(name=b"bundle.json", content=b"x", method=77))),
    "a_table_of_nothing": zipped(lambda: [Member(name=b"a")], count=9),
    "a_zip_in_a_zip": zipped(lambda: [Member(name=b"tiny.slb", content=b"PK\x03\x04")]),
    "no_zip": lambda scene: folder_at(scene.inputs, {"tiny.slb": b"PK\x03\x04" + bytes(999)}) / "tiny.slb",
    "zeros": lambda scene: folder_at(scene.inputs, {"tiny.slb": bytes(MIB)}) / "tiny.slb",
    "nothing": lambda scene: folder_at(scene.inputs, {"tiny.slb": b""}) / "tiny.slb",
}
NAMES = {
    "a_name_that_leads_out": zipped(lambda: [*members(), Member(name=b"../outside/canary.raw", content=b"x")]),
    "an_absolute_name": lambda scene: write_zip(
        scene.inputs / "tiny.slb", [*members(), Member(name=os.fsencode(scene.canary), content=b"x")]
    ),
    "a_link_in_the_archive": lambda scene: write_zip(
        scene.inputs / "tiny.slb",
        [*members(), Member(name=b"link.md", content=os.fsencode(scene.canary), attributes=0o120777)],
    ),
    "one_name_twice": zipped(lambda: [*members(), Member(name=b"README.md", content=b"x")]),
    "members_over_each_other": zipped(lambda: [*members(), Member(name=b"over.md", size=20, at=0)]),
    "members_beyond_the_end": zipped(lambda: [*members(), Member(name=b"beyond.md", size=20, at=10**9)]),
}

# --- folders ---


def many_files(folder: Path) -> None:
    for number in range(3000):
        (folder / f"{number}.md").touch()


def deep_folders(folder: Path) -> None:
    inner = folder
    for _ in range(60):
        inner = inner / "d"
        inner.mkdir()
    (inner / "a.md").touch()


def holes(name: str, size: int) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        with (folder / name).open("wb") as stream:
            stream.truncate(size)

    return change


def link(name: str, target: str) -> Callable[[Path], None]:
    """A link in place of a file; `{}` is the folder of the canary."""

    def change(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(target.format(folder.parent.parent / "outside"))

    return change


def pipe(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        os.mkfifo(folder / name)

    return change


FOLDERS = {
    "a_contract_of_5_megabytes": contract(lambda: b" " * 5 * MIB),
    "3000_files": bundle(many_files),
    "60_folders_deep": bundle(deep_folders),
    "a_model_of_1900_mib_of_nothing": bundle(holes("model.onnx", 1900 * MIB)),
    "a_file_of_terabytes": bundle(holes("weights.safetensors", 2**42)),
    "a_contract_of_gigabytes": bundle(holes("bundle.json", 2**33)),
}
LINKS = {
    "a_card_that_is_the_canary": bundle(link("README.md", "{}/canary.raw")),
    "a_model_that_is_the_canary": bundle(link("model.onnx", "{}/canary.raw")),
    "a_golden_that_is_a_device": bundle(link("golden/ramp.safetensors", "/dev/zero")),
    "a_folder_that_is_outside": bundle(link("figures", "{}")),
    "a_card_that_is_a_pipe": bundle(pipe("README.md")),
    "a_model_that_is_a_pipe": bundle(pipe("model.onnx")),
}
NOWHERE = {
    "a_contract_that_is_the_canary": bundle(link("bundle.json", "{}/canary.raw")),
    "a_contract_that_is_a_device": bundle(link("bundle.json", "/dev/zero")),
    "a_contract_that_is_a_pipe": bundle(pipe("bundle.json")),
    "a_contract_that_is_a_link_to_itself": bundle(link("bundle.json", "bundle.json")),
    "a_contract_that_is_a_folder": bundle(
        lambda folder: ((folder / "bundle.json").unlink(), (folder / "bundle.json").mkdir())
    ),
}

# --- what a bundle holds ---


def tensors(header: bytes | dict[str, Any], tail: bytes = b"", length: int | None = None) -> bytes:
    """A safetensors file of that header."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + tail


def entry(start: int, end: int, shape: list[int], kind: str = "F32") -> dict[str, Any]:
    return {"dtype": kind, "shape": shape, "data_offsets": [start, end]}


def golden(header: bytes | Callable[[], bytes]) -> Make:
    return with_files(golden_in_ramp__safetensors=header)


def cases(change: Callable[[dict[str, Any]], Any]) -> Make:
    def edit(folder: Path) -> None:
        document = json.loads((folder / "golden/cases.json").read_text())
        change(document)
        # So that its affines are looked at.
        turned = set_at("input", "orientation", value="radiological")
        rewrite(folder, files={"golden/cases.json": json.dumps(document).encode()}, edit=turned)

    return bundle(edit)


GOLDENS = {
    "a_header_of_exbibytes": golden(tensors({}, length=2**63)),
    "a_header_of_the_whole_file": golden(lambda: tensors(b" " * 30 * MIB)),
    "a_header_of_a_million_tensors": golden(
        lambda: tensors(
            b"{"
            + b",".join(b'"%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}' % n for n in range(500_000))
            + b"}"
        )
    ),
    "offsets_beyond_the_end": golden(tensors({"stored": entry(0, 2**62, [2**60])})),
    "offsets_backwards": golden(tensors({"stored": entry(8, 0, [2])}, bytes(8))),
    "offsets_below_0": golden(tensors({"stored": entry(-8, 0, [2])}, bytes(8))),
    "shapes_that_overflow": golden(tensors({"stored": entry(0, 8, [2**33, 2**33])}, bytes(8))),
    "shapes_of_1000_dimensions": golden(tensors({"stored": entry(0, 4, [1] * 1000)}, bytes(4))),
    "one_range_twice": golden(tensors({"stored": entry(0, 8, [2]), "logits": entry(0, 8, [2])}, bytes(8))),
    "a_kind_of_number_that_is_none": golden(tensors({"stored": entry(0, 8, [2], "F77")}, bytes(8))),
    "brackets": golden(tensors(b"[" * 100_000)),
    "nothing_golden": golden(b""),
    "eight_bytes": golden(bytes(8)),
    "texts_and_truths": golden(tensors({"stored": entry(0, 4, [2, 2], "BOOL")}, bytes(4))),
    "a_phantom_of_one_line": golden(lambda: tensors({"stored": entry(0, 4 * MIB, [1, 4 * MIB], "U8")}, bytes(4 * MIB))),
    "a_million_cases": cases(lambda document: document.update(cases=document["cases"] * 30_000)),
    "a_case_outside": cases(lambda document: document["cases"][0].update(name="../../../outside/canary")),
    "an_affine_of_zeros": cases(lambda document: document["cases"][0].update(affine=[[0, 0, 0, 0]] * 4)),
    "an_affine_without_end": cases(lambda document: document["cases"][0].update(affine=[[1e308] * 4] * 4)),
    "a_list_of_cases_of_5_megabytes": with_files(golden_in_cases__json=lambda: b" " * 5 * MIB),
}
MODELS = {
    "a_circle": with_model(graphs.circle(2)),
    "60000_nodes": with_model(graphs.ending_with(*graphs.chain("Relu", 60_000))),
    "opset_9999": with_model(graphs.opsets(("", 9999))),
    "functions_that_double": with_model(
        graphs.calling(*((f"f{n}", [f"f{n + 1}"] * 2) for n in range(60)), ("f60", ["Relu", "Relu"]))
    ),
    "a_weight_of_terabytes": with_model(graphs.weight(dims=[2**20, 2**20])),
    "25_million_empty_nodes": with_files(model__onnx=lambda: graphs.in_graph(graphs.field(1, b"") * 25_000_000)),
    "no_model_after_all": with_files(model__onnx=bytes(MIB)),
}
OUTSIDE = {
    "a_model_that_names_the_canary": with_model(graphs.outside("../../outside/canary.raw")),
    "a_model_that_names_its_card": with_model(graphs.outside("README.md", length=8)),
}

# --- other paths ---


def pipe_called(name: str) -> Make:
    def make(scene: Scene) -> Path:
        os.mkfifo(scene.inputs / name)
        return scene.inputs / name

    return make


def link_called(name: str, target: str) -> Make:
    def make(scene: Scene) -> Path:
        (scene.inputs / name).symlink_to(target)
        return scene.inputs / name

    return make


SPECIAL = {
    "a_bundle_that_is_a_pipe": pipe_called("tiny.slb"),
    "a_bundle_that_is_a_link_to_itself": link_called("tiny.slb", "tiny.slb"),
    "a_bundle_that_is_a_device": link_called("tiny.slb", "/dev/zero"),
}
# What costs the most, and what stopped the list of models.
INSTALLED = {
    "200000_equal_keys": CONTRACTS["200000_equal_keys"],
    "300000_unknown_keys": CONTRACTS["300000_unknown_keys"],
    "a_seed_of_100000_digits": CONTRACTS["a_seed_of_100000_digits"],
    "brackets_closed": CONTRACTS["brackets_closed"],
    "a_contract_of_1900_mib": ARCHIVES["a_contract_of_1900_mib"],
    "60000_members": ARCHIVES["60000_members"],
    **{name: DAMAGED[name] for name in ("a_contract_that_says_1000_bytes", "a_table_of_nothing", "no_zip", "nothing")},
    **{name: FOLDERS[name] for name in ("3000_files", "a_contract_of_gigabytes")},
    **SPECIAL,
}

HARMLESS = {"an_affine_of_zeros", "an_affine_without_end"}
"""What turns a phantom in no way, so that nothing is wrong with it."""

ATTACKS = (
    *rows("13 D10 D11", "a contract is bounded and every fault of it is told in time", SCHEMA, CONTRACTS),
    *rows("13 D10 D11", "files that a contract names are bounded, and none outside is opened", None, LISTS),
    *rows("13 D10", "sizes of members are looked at before any is read", LARGE, ARCHIVES),
    *rows("13 D10", "a member is unpacked no further than it says", NO_BUNDLE, DAMAGED),
    *rows("13 D10", "names in an archive stay in the bundle", None, NAMES),
    *rows("13 D10", "files, bytes and depth of a folder are bounded", LARGE, FOLDERS),
    *rows("13 D12", "links, pipes and devices in a bundle are faults", None, LINKS),
    *rows("13 D12", "a contract is a file", None, NOWHERE),
    *rows("13 D11", "a file of tensors is bounded before it is read", None, GOLDENS),
    *rows("13 D3 D13", "a bundle's graph is walked as a bare one is", GRAPH, MODELS),
    *rows("14 §5", "all of a bundle's graph stands in it", (*EXTERNAL, *GRAPH), OUTSIDE),
    *rows("13 D12", "regular files only", None, SPECIAL),
    *rows(
        "13 D11",
        "one bad bundle is one row, and the list goes on",
        None,
        {f"{name}_installed": beside(make) for name, make in INSTALLED.items()},
        LIST,
    ),
    *rows(
        "13 D10 D11",
        "what is refused is not run",
        None,
        {f"{name}_run": (CONTRACTS | ARCHIVES | MODELS)[name] for name in (*list(CONTRACTS)[:3], *ARCHIVES, *MODELS)},
        CLASSIFY,
    ),
    *rows(
        "13 D12",
        "a bundle is not saved as a model",
        None,
        {f"{name}_saved": make for name, make in SPECIAL.items()},
        SAVE,
    ),
)


@pytest.mark.parametrize("attack", draw_attacks(ATTACKS))
def test_it_is_answered_in_time_and_nothing_is_left(attack: Attack, attacked: Attacked) -> None:
    outcome = attacked(attack)
    if attack.words == LIST:
        listed = {row["id"]: row["reasons"] for row in outcome.document["models"]}
        assert listed["tiny"] == []
    elif attack.name not in HARMLESS:
        assert outcome.codes


def test_a_bundle_that_was_not_changed_is_accepted(tmp_path: Path) -> None:
    attack = Attack(name="x", clause="x", rule="x", make=bundle(), words=CHECK, codes=())
    outcome = run_attack(attack, tmp_path)
    assert outcome.faults(attack) == []
    assert outcome.document["accepted"]


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_every_fault_of_the_factory_is_one_row_of_the_list(attacked: Attacked, fault: str) -> None:
    def make(scene: Scene) -> Path:
        models = scene.home / "slicelens/models"
        folder_at(models / "good", whole())
        break_bundle(folder_at(models / "bad", whole()), fault)
        return models

    rule = "one bad bundle is one row, and the list goes on"
    outcome = attacked(Attack(name=fault, clause="13 D11", rule=rule, make=make, words=LIST))
    assert len(outcome.document["models"]) >= 2


def test_the_table_is_as_long_as_the_issue_asks() -> None:
    assert len(ATTACKS) >= 65
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
