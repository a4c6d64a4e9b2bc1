"""Strangers' graphs: each is answered within 5 s and 1 GB, with a reason, and nothing beside it is opened."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from onnx import ModelProto, helper

from tests.hostile import graphs
from tests.hostile.conftest import Attacked
from tests.hostile.graphs import calling, chain, circle, classifier, ending_with, in_graph, opsets, outside, weight
from tests.hostile.harness import ROOT, Attack, Scene, draw_attacks
from tests.hostile.pictures import dicom, plain_pixels

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="its inputs are those of POSIX")]

Make = Callable[[Scene], Path]
FAULTS = ROOT.parent / "shared" / "faults"
GRAPH, EXTERNAL, DOMAIN = ("E_ONNX_GRAPH",), ("E_ONNX_EXTERNAL_DATA",), ("E_ONNX_CUSTOM_DOMAIN",)
CHECK, SAVE = ("model", "check", "{}"), ("model", "save", "{}")
CLASSIFY = ("classify", "{picture}", "--model", "{}")


def model(content: bytes | Callable[[], bytes], **beside: bytes) -> Make:
    """A bare model, with a picture that would be classified and whatever else lies beside it."""

    def make(scene: Scene) -> Path:
        (scene.inputs / "picture.dcm").write_bytes(dicom(plain_pixels()))
        for name, other in beside.items():
            (scene.inputs / name.replace("__", ".")).write_bytes(other)
        path = scene.inputs / "m.onnx"
        path.write_bytes(content if isinstance(content, bytes) else content())
        return path

    return make


def made(*changes: graphs.Change) -> Make:
    return model(lambda: classifier(*changes))


def rows(
    clause: str, rule: str, codes: tuple[str, ...] | None, makes: dict[str, Make], words: tuple[str, ...] = CHECK
) -> Iterator[Attack]:
    for name, make in makes.items():
        yield Attack(name=name, clause=clause, rule=rule, make=make, words=words, codes=codes)


def node(operator: str, inputs: list[str], outputs: list[str], **attributes: Any) -> Any:
    return helper.make_node(operator, inputs, outputs, **attributes)


def output_named(name: str) -> graphs.Change:
    def change(proto: ModelProto) -> None:
        proto.graph.output[0].name = name

    return change


def first_input(name: str) -> graphs.Change:
    def change(proto: ModelProto) -> None:
        proto.graph.node[0].input[0] = name

    return change


# --- the order of nodes ---

CIRCLES = {
    "a_circle_of_one": made(circle(1)),
    "a_circle_of_two": made(circle(2)),
    "a_circle_of_50": made(circle(50)),
    "a_circle_of_20000": made(circle(20_000)),
    "a_circle_beside_the_answer": made(lambda proto: proto.graph.node.append(node("Relu", ["r"], ["r"]))),
    "a_circle_in_a_branch": made(
        graphs.with_truth(graphs.if_node(graphs.branch([node("Add", ["logits", "inner"], ["inner"])])))
    ),
    "a_circle_through_a_branch": made(
        graphs.with_truth(graphs.if_node(graphs.branch([node("Identity", ["end"], ["inner"])])))
    ),
    "a_function_that_calls_itself": made(calling(("f", ["f"]))),
    "functions_that_call_each_other": made(calling(("f", ["g"]), ("g", ["Relu", "h"]), ("h", ["f"]))),
    "a_value_that_nothing_computes": made(first_input("nothing")),
    "an_answer_that_nothing_computes": made(output_named("nothing")),
    "a_value_computed_twice": made(lambda proto: proto.graph.node.append(proto.graph.node[0])),
    "a_value_that_is_a_weight_too": made(lambda proto: proto.graph.node.append(node("Relu", ["flat"], ["W"]))),
    "a_value_that_is_the_input_too": made(lambda proto: proto.graph.node.append(node("Relu", ["flat"], ["image"]))),
    "a_function_that_sees_outside": made(
        calling(("f", ["Relu"])), lambda proto: proto.functions[0].node[0].input.__setitem__(0, "flat")
    ),
}
LARGE = {
    "60000_nodes": made(ending_with(*chain("Relu", 60_000))),
    "functions_that_double": made(
        calling(*((f"f{n}", [f"f{n + 1}"] * 2) for n in range(60)), ("f60", ["Relu", "Relu"]))
    ),
    "a_function_called_100000_times": made(calling(("f", ["g"] * 300), ("g", ["h"] * 300), ("h", ["Relu"]))),
    "branches_20_deep": made(graphs.nested(20)),
    "25_million_empty_nodes": model(lambda: in_graph(graphs.field(1, b"") * 25_000_000)),
    "ten_million_empty_inputs": model(lambda: in_graph(graphs.field(1, graphs.field(1, b"") * 10_000_000))),
    "50_million_numbers": model(lambda: in_graph(graphs.field(5, graphs.field(7, b"\1" * 50_000_000)))),
    "a_node_of_5000_attributes": made(graphs.attributes(5000)),
    "a_name_of_a_megabyte": made(lambda proto: setattr(proto.graph.node[0], "name", "n" * 2**20)),
    "a_value_of_a_megabyte": made(ending_with(node("Relu", ["logits"], ["v" * 2**20]), output="v" * 2**20)),
}
LONG = {
    "20000_identities": made(ending_with(*chain("Identity", 20_000))),
    "20000_casts": made(ending_with(*chain("Cast", 20_000, to=1))),
    "20000_times_flat": made(ending_with(*chain("Flatten", 20_000))),
    "8000_turned_weights": made(
        ending_with(
            *chain("Transpose", 8000, "W", "turned", perm=[1, 0]), node("Gemm", ["flat", "turned"], ["end"], transB=1)
        )
    ),
    "20000_nodes_backwards": made(ending_with(*reversed(chain("Relu", 20_000)))),
}

# --- what no network has ---


def hollow(scene: Scene) -> Path:
    with (scene.inputs / "m.onnx").open("wb") as stream:
        stream.truncate(1900 * 2**20)
    return scene.inputs / "m.onnx"


ODD = {
    "an_identity_without_input": made(ending_with(node("Identity", [], ["end"]))),
    "an_addition_of_one": made(ending_with(node("Add", ["logits"], ["end"]))),
    "a_layer_without_inputs": made(ending_with(node("Gemm", [], ["end"]))),
    "a_pooling_without_output": made(lambda proto: proto.graph.node[0].ClearField("output")),
    "a_transposed_nothing": made(
        ending_with(node("Transpose", [], ["turned"]), node("Gemm", ["flat", "turned"], ["end"]))
    ),
    "a_constant_without_value": made(ending_with(node("Constant", [], ["c"]), node("MatMul", ["flat", "c"], ["end"]))),
    "an_operator_that_is_none": made(ending_with(node("Gamm", ["logits"], ["end"]))),
    "an_operator_of_a_later_opset": made(ending_with(node("Gelu", ["logits"], ["end"]))),
    "an_operator_without_a_name": made(ending_with(node("", ["logits"], ["end"]))),
    "an_operator_of_control_characters": made(ending_with(node("\x1b[2J", ["logits"], ["end"]))),
    "no_output": made(lambda proto: proto.graph.ClearField("output")),
    "no_graph": made(lambda proto: proto.ClearField("graph")),
    "no_input": made(lambda proto: proto.graph.ClearField("input")),
    "an_input_of_no_kind": made(lambda proto: proto.graph.input[0].ClearField("type")),
    "a_text_that_is_no_utf8": model(lambda: in_graph(graphs.field(2, b"\xff\xfe"))),
    "a_length_beyond_the_end": model(lambda: classifier() + b"\x3a\xff\xff\xff\xff\x0f"),
    "a_length_without_end": model(lambda: classifier() + b"\x3a" + b"\xff" * 20),
    "zeros": model(bytes(1000)),
    "1900_mib_of_nothing": hollow,
    "a_zip_after_all": model(b"PK\x03\x04" + bytes(100)),
}
VERSIONS = {
    "opset_9999": made(opsets(("", 9999))),
    "opset_of_twenty_digits": made(opsets(("", 2**63 - 1))),
    "opset_0": made(opsets(("", 0))),
    "opset_below_0": made(opsets(("", -1))),
    "no_opset": made(opsets()),
    "only_another_opset": made(opsets(("ai.onnx.ml", 3))),
    "format_9999": made(lambda proto: setattr(proto, "ir_version", 9999)),
}
WEIGHTS = {
    "a_weight_of_terabytes": made(weight(dims=[2**20, 2**20])),
    "a_weight_of_exbibytes": made(weight(dims=[2**62, 2**62, 2**62], raw_data=None)),
    "a_weight_of_terabytes_elsewhere": model(
        lambda: classifier(weight(dims=[2**20, 2**20]), outside("w.bin")), w__bin=bytes(8)
    ),
    "a_weight_of_less_than_nothing": made(weight(dims=[-2, 1])),
    "a_weight_that_is_short": made(weight(raw_data=b"1234")),
    "a_weight_that_is_long": made(weight(raw_data=b"1" * 999)),
    "a_weight_of_no_kind": made(weight(data_type=0)),
    "a_weight_of_another_kind": made(weight(data_type=77)),
    "a_weight_of_texts": made(weight(data_type=8, raw_data=None)),
    "two_weights_of_one_name": made(lambda proto: proto.graph.initializer.append(proto.graph.initializer[0])),
    "a_sparse_weight_of_terabytes": made(graphs.sparse([2**40])),
    "a_sparse_weight_of_exbibytes": made(graphs.sparse([2**62, 2**62])),
}
DOMAINS = {
    "another_domain": made(
        ending_with(helper.make_node("Run", ["logits"], ["end"], domain="com.example")),
        opsets(("", 17), ("com.example", 1)),
    ),
    "a_domain_of_100000_characters": made(opsets(("", 17), ("x" * 999, 1))),
    "python_in_the_graph": made(
        ending_with(helper.make_node("PythonOp", ["logits"], ["end"], domain="com.example.torch")),
        opsets(("", 17), ("com.example.torch", 1)),
    ),
}

# --- weights in other files ---


def linked(target: Callable[[Scene], str]) -> Make:
    def make(scene: Scene) -> Path:
        path = made(outside("w.bin"))(scene)
        (scene.inputs / "w.bin").symlink_to(target(scene))
        return path

    return make


def absolute(scene: Scene) -> Path:
    return made(outside(str(scene.canary)))(scene)


def piped(scene: Scene) -> Path:
    os.mkfifo(scene.inputs / "w.bin")
    return made(outside("w.bin"))(scene)


OUTSIDE = {
    "the_folder_above": made(outside("../outside/canary.raw")),
    "an_absolute_path": absolute,
    "through_a_folder_and_back": made(outside("x/../../outside/canary.raw")),
    "a_path_of_windows": made(outside("..\\outside\\canary.raw")),
    "a_drive_of_windows": made(outside("C:\\Windows\\win.ini")),
    "another_machine": made(outside("\\\\server\\share\\w.bin")),
    "an_address": made(outside("https://example.org/w.bin")),
    "a_name_with_nul": made(outside("w.bin\0.png")),
    "a_name_of_100000_characters": made(outside("w" * 100_000)),
    "no_name": made(outside("")),
    "a_folder": made(outside(".")),
    "a_device": made(outside("/dev/zero")),
    "a_pipe": piped,
    "a_link_to_the_canary": linked(lambda scene: str(scene.canary)),
    "a_link_to_a_device": linked(lambda _: "/dev/zero"),
    "a_link_to_itself": linked(lambda _: "w.bin"),
    "nothing": made(outside("w.bin")),
    "a_file_that_is_short": model(lambda: classifier(outside("w.bin")), w__bin=b"123"),
    "an_offset_of_exbibytes": model(lambda: classifier(outside("w.bin", offset=2**62)), w__bin=bytes(8)),
    "an_offset_below_0": model(lambda: classifier(outside("w.bin", offset=-8)), w__bin=bytes(8)),
    "an_offset_of_4000_digits": model(lambda: classifier(outside("w.bin", offset="9" * 4000)), w__bin=bytes(8)),
    "an_offset_in_words": model(lambda: classifier(outside("w.bin", offset="eight")), w__bin=bytes(8)),
    "a_length_of_exbibytes": model(lambda: classifier(outside("w.bin", length=2**62)), w__bin=bytes(8)),
    "a_length_of_another_weight": model(lambda: classifier(outside("w.bin", length=4)), w__bin=bytes(8)),
}

ATTACKS = (
    *rows("13 D3", "a graph is ordered before it is followed; what has no order is refused", GRAPH, CIRCLES),
    *rows("13 D3", "nodes, depth, attributes and names are bounded before they become objects", GRAPH, LARGE),
    *rows("13 D3", "a long graph takes as long as it is", None, LONG),
    *rows("13 D13", "what no network has is refused with its reason", GRAPH, ODD),
    *rows("14 §5", "format and opset too new are named", GRAPH, VERSIONS),
    *rows("13 D13", "a weight has the bytes that it claims", GRAPH, WEIGHTS),
    *rows("13 D13", "operators that ONNX Runtime does not have are refused by name", DOMAIN, DOMAINS),
    *rows("14 §5", "weights lie in the graph or beside it, and nothing else is opened", EXTERNAL, OUTSIDE),
    *rows("13 D3", "what is refused is not run", GRAPH, {f"{name}_run": CIRCLES[name] for name in CIRCLES}, CLASSIFY),
    *rows("13 D3", "what is refused is not saved", GRAPH, {f"{name}_saved": LARGE[name] for name in LARGE}, SAVE),
    *rows(
        "14 §5",
        "weights of others are not taken into what is run or saved",
        EXTERNAL,
        {f"{name}_run": OUTSIDE[name] for name in OUTSIDE},
        CLASSIFY,
    ),
)


@pytest.mark.skipif(not FAULTS.is_dir(), reason="the shared faults (../shared/faults) are not beside this checkout")
@pytest.mark.parametrize("words", [CHECK, SAVE, CLASSIFY], ids=lambda words: words[0] + words[1][:5])
@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("22b_bare_loop.onnx", ("E_MODEL_TIMEOUT",)),
        ("27c_bare_cycle.onnx", GRAPH),
        ("28b_bare_identity_no_inputs.onnx", GRAPH),
        ("28c_bare_add1.onnx", GRAPH),
    ],
)
def test_the_hostile_graphs_of_the_shared_faults(
    attacked: Attacked, name: str, codes: tuple[str, ...], words: tuple[str, ...]
) -> None:
    make = model((FAULTS / "20_hostile" / name).read_bytes())
    attacked(
        Attack(name=name, clause="13 D3 D4", rule="an answer, with its reason", make=make, words=words, codes=codes)
    )


@pytest.mark.skipif(not FAULTS.is_dir(), reason="the shared faults (../shared/faults) are not beside this checkout")
def test_a_header_that_names_two_files_opens_none_outside(attacked: Attacked) -> None:
    """`decoy.mhd` names y.raw beside it, and, in another spelling, a file above."""

    def make(scene: Scene) -> Path:
        for name in ("decoy.mhd", "y.raw"):
            content = (FAULTS / "20_hostile" / name).read_bytes()
            (scene.inputs / name).write_bytes(content.replace(b"20_hostile_canary.txt", b"outside/canary.raw"))
        return scene.inputs / "decoy.mhd"

    attacked(Attack(name="decoy", clause="13 D1", rule="nothing outside is opened", make=make, codes=None))


@pytest.mark.parametrize("attack", draw_attacks(ATTACKS))
def test_it_is_answered_in_time_and_nothing_is_left(attack: Attack, attacked: Attacked) -> None:
    attacked(attack)


def test_the_table_is_as_long_as_the_issue_asks() -> None:
    assert len(ATTACKS) >= 65
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
