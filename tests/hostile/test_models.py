"""Models that are honest to look at and hurt when they run: endless, greedy, slow, crashing, answering nonsense.

The default lets a model run for 30 s, so these give it one: what is judged is that the answer comes soon after it.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydicom.data import get_testdata_file

from tests.hostile.conftest import Attacked
from tests.hostile.harness import Attack, Scene, draw_attacks
from tests.hostile.models import graph, looped, looping_bundle, shaped, summed

pytestmark = [pytest.mark.slow]

Make = Callable[[Scene], Path]
Codes = tuple[str, ...] | None
SLICE = str(get_testdata_file("CT_small.dcm", download=False))
CLASSIFY = ("classify", SLICE, "--model", "{}", "--time-limit", "1")
CHECK = ("model", "check", "{}", "--time-limit", "1")
SAVE = ("model", "save", "{}", "--time-limit", "1")
TIMEOUT, MEMORY, FAILED = ("E_MODEL_TIMEOUT",), ("E_MODEL_MEMORY",), ("E_MODEL_ERROR",)


def bare(model: Callable[[], bytes]) -> Make:
    def make(scene: Scene) -> Path:
        (scene.inputs / "m.onnx").write_bytes(model())
        return scene.inputs / "m.onnx"

    return make


def summing(*bodies: str, **options: Any) -> Make:
    """A bare model that works out `w`, however it does that, and answers with its greatest value."""
    return bare(lambda: summed("\n".join(bodies), **options))


def answering(*bodies: str, **options: Any) -> Make:
    """A bare model that answers `y`, whatever that is."""
    return bare(lambda: graph("\n".join(bodies), **options))


def rows(rule: str, words: tuple[str, ...] = CLASSIFY, codes: Codes = None, **makes: Make) -> Iterator[Attack]:
    """Attacks of one kind, under one rule."""
    for name, make in makes.items():
        yield Attack(name=name, clause="13 D4", rule=rule, make=make, words=words, codes=codes)


def scanned(depth: int) -> str:
    """Scans within scans, each over a thousand steps: a loop without an operator of that name."""
    inside = f"r{depth} = Neg (v{depth})"
    for level in reversed(range(depth)):
        first = f"v{level}" if level else "nothing"
        out = f"r{level}" if level else "w"
        step = level + 1
        inside = (
            f"{out} = Scan <num_scan_inputs = 1, body = s{step} (float v{step}, float q{step}) => (float r{step}) "
            f"{{ {inside} }}> ({first}, steps)"
        )
    return shaped(1000) + "steps = ConstantOfShape (s)\n" + inside


def with_contract(make: Make) -> Make:
    """Beside the model what completes its contract."""

    def both(scene: Scene) -> Path:
        (scene.inputs / "contract.json").write_text('{"id": "saved", "name": "Saved"}', encoding="utf-8")
        return make(scene)

    return both


LOOP = looped("v2 = Add (v, v)")
ENDLESS = (
    *rows(
        "a graph that never ends is ended, and said to have been",
        codes=TIMEOUT,
        loop=summing(LOOP),
        loop_that_asks_whether_it_goes_on=summing(LOOP.replace("c2 = Identity (c)", "c2 = Equal (i, i)")),
        loop_in_a_branch=summing(
            f"w = If (yes) <then_branch = t () => (float w1) {{ {LOOP.replace('w =', 'w1 =')} }}, "
            "else_branch = e () => (float w2) { w2 = Identity (nothing) }>"
        ),
        loop_within_a_loop=summing(
            looped(
                "n = Constant <value = int64 {9223372036854775807}> ()\n"
                "v2 = Loop (n, c, v) <body = inner (int64 j, bool d, float u) => (bool d2, float u2) "
                "{ d2 = Identity (d)\nu2 = Neg (u) }>"
            )
        ),
        scans_within_scans=summing(scanned(4)),
        scan_of_a_hundred_million_steps=summing(
            shaped(100_000_000),
            "steps = ConstantOfShape <value = int8[1] {0}> (s)",
            "w = Scan <num_scan_inputs = 1, body = b (float v, int8 q) => (float r) { r = Neg (v) }> (nothing, steps)",
        ),
    ),
    *rows(
        "golden pairs that never end refuse the bundle, in time",
        CHECK,
        TIMEOUT,
        golden_loop=lambda scene: looping_bundle(scene.inputs),
    ),
    *rows(
        "golden pairs that never end refuse the bundle, in time",
        CLASSIFY,
        TIMEOUT,
        golden_loop_before_a_slice=lambda scene: looping_bundle(scene.inputs),
        loop_after_the_goldens=lambda scene: looping_bundle(scene.inputs, only_dark=True),
    ),
    *rows(
        "the score stands where a heatmap by covering does not come to an end",
        (*CLASSIFY, "--explain", "{out}"),
        (),
        loop_over_covered_slices=summing(
            "at = Constant <value = int64[2, 4] {0, 0, 0, 0, 0, 0, 1, 1}> ()\npair = GatherND (x, at)",
            "first, second = Split <axis = 0> (pair)\nequal = Equal (first, second)\nfar = Sub (first, mean)",
            "off = Abs (far)\nlittle = Constant <value = float {0.02}> ()\nnear = Less (off, little)",
            "top = ReduceMax <keepdims = 0> (x)\nvaried = Less (first, top)\nboth = And (equal, near)",
            "all = And (both, varied)\nmore = Squeeze (all)",
            LOOP.replace("(many, yes,", "(many, more,"),
        ),
    ),
    *rows(
        "a bare model that never ends is not saved, nor asked for ever how many labels it has",
        CHECK,
        TIMEOUT,
        counted_loop=summing(LOOP, result="float[N,M]"),
    ),
    *rows(
        "a bare model that never ends is not saved, nor asked for ever how many labels it has",
        (*SAVE, "--contract", "{contract}", "--out", "{out}"),
        TIMEOUT,
        saved_loop=with_contract(summing(LOOP)),
    ),
)

GREEDY = tuple(
    rows(
        "a graph that asks for gigabytes does not get them",
        codes=MEMORY,
        constant_of_shape=summing(shaped(800_000_000), "w = ConstantOfShape (s)"),
        constant_that_is_worked_out_early=summing(
            "s = Constant <value = int64[1] {800000000}> ()\nw = ConstantOfShape (s)"
        ),
        expand=summing(shaped(30_000, 30_000), "w = Expand (mean, s)"),
        tile=summing(shaped(1, 1, 2000, 2000), "w = Tile (x, s)"),
        resize=summing(shaped(1, 1, 30_000, 30_000), 'w = Resize <mode = "nearest"> (x, , , s)'),
        pad=summing(shaped(0, 0, 15_000, 15_000, 0, 0, 15_000, 15_000), "w = Pad (x, s)"),
        numbers_in_a_row=summing(
            "last = Constant <value = int64 {800000000}> ()\none = Constant <value = int64 {1}> ()",
            "end = Add (last, none)\nall = Range (none, end, one)\nw = Cast <to = 1> (all)",
        ),
        outer_product=summing(
            shaped(30_000, 1), "column = Expand (mean, s)\nrow = Transpose (column)\nw = MatMul (column, row)"
        ),
        one_hot=summing(
            "deep = Constant <value = int64 {800000000}> ()\ndepth = Add (deep, none)\nat = Unsqueeze (none, axes)",
            "axes = Constant <value = int64[1] {0}> ()\npair = Constant <value = float[2] {0.0, 1.0}> ()",
            "w = OneHot (at, depth, pair)",
        ),
        doubled_again_and_again=summing(
            *(f"x{n + 1} = Concat <axis = 0> (x{n or ''}, x{n or ''})" for n in range(22)), "w = Neg (x22)"
        ),
        twice_as_much_each_time=summing(looped("v2 = Concat <axis = 0> (v, v)", first="x", kind="float[N,C,H,W] v")),
        more_each_time=summing(
            shaped(1_000_000),
            "end, w = Loop (many, yes, nothing) <body = b (int64 i, bool c, float v) => "
            "(bool c2, float v2, float[M] o) { c2 = Identity (c)\nv2 = Identity (v)\no = Expand (v, s) }>",
        ),
        transposed_convolution=summing(
            shaped(1, 1, 1, 1), "k = Expand (mean, s)\nw = ConvTranspose <strides = [2000, 2000]> (x, k)"
        ),
        noise=summing("low2 = RandomNormal <shape = [30000, 30000]> ()\nw = Add (low2, mean)"),
        all_indices=summing(
            shaped(100_000_000),
            "a = ConstantOfShape <value = uint8[1] {1}> (s)\nb = NonZero (a)\nw = Cast <to = 1> (b)",
        ),
    )
)

SLOW = tuple(
    rows(
        "a graph that is only slow is ended as one that never ends; a fast machine may come to an answer",
        one_product=summing(shaped(5000, 5000), "a = Expand (mean, s)\nw = MatMul (a, a)"),
        products=summing(
            shaped(1500, 1500),
            "a = Expand (mean, s)",
            looped("v2 = MatMul (v, v)", first="a", kind="float[H,W] v"),
        ),
        convolution=summing(
            shaped(1, 64, 256, 256),
            "a = Expand (mean, s)\nks = Constant <value = int64[4] {64, 64, 31, 31}> ()\nk = Expand (mean, ks)",
            "w = Conv (a, k)",
        ),
        einsum=summing(
            shaped(4000, 4000), 'a = Expand (mean, s)\nw = Einsum <equation = "ij,jk,kl,lm->im"> (a, a, a, a)'
        ),
        pooling=summing(
            shaped(1, 8, 1500, 1500),
            "a = Expand (mean, s)\nw = MaxPool <kernel_shape = [501, 501], pads = [250, 250, 250, 250]> (a)",
        ),
    )
)

NONSENSE = (
    *rows(
        "an answer that is no row of numbers is a refusal",
        codes=FAILED,
        not_a_number=answering("n = Div (nothing, nothing)\ny = Expand (n, two)"),
        infinite=answering("n = Log (nothing)\ny = Expand (n, two)"),
        one_too_many=answering(shaped(1, 3), "y = Expand (mean, s)"),
        no_rows=answering(shaped(0, 2), "y = ConstantOfShape (s)"),
        five_dimensions=answering(shaped(1, 1, 1, 1, 2), "y = Expand (mean, s)"),
        a_hundred_megabytes=answering(shaped(1, 25_000_000), "y = Expand (mean, s)"),
    ),
    *rows(
        "a graph whose answers are no scores is refused before it runs",
        codes=("E_ONNX_GRAPH",),
        integers=answering("n = Expand (mean, two)\ny = Cast <to = 7> (n)", result="int64[N,2]"),
        text=answering("n = Expand (mean, two)\ny = Cast <to = 8> (n)", result="string[N,2]"),
    ),
    *rows(
        "an answer of another precision is cast",
        codes=(),
        double=answering("n = Expand (mean, two)\ny = Cast <to = 11> (n)", result="double[N,2]"),
        half=answering("n = Expand (mean, two)\ny = Cast <to = 10> (n)", result="float16[N,2]"),
    ),
)

STRANGE = tuple(
    rows(
        "a graph that does what no graph should is a refusal or an answer, whatever it does to its process",
        sequence=answering("n = Expand (mean, two)\ny = SequenceConstruct (n, n)", result="seq(float[N,2])"),
        optional=answering("n = Expand (mean, two)\ny = Optional (n)", result="optional(float[N,2])"),
        nothing_at_all=answering("y = Optional <type = float[N,2]> ()", result="optional(float[N,2])"),
        reshaped_beyond_measure=summing(shaped(-1, 999_999_999_999), "w = Reshape (x, s)"),
        reshaped_to_two_unknowns=summing(shaped(-1, -1), "w = Reshape (x, s)"),
        negative_size=summing(shaped(-5), "w = ConstantOfShape (s)"),
        expanded_to_less_than_nothing=summing(shaped(-1, -7), "w = Expand (mean, s)"),
        size_that_overflows=summing(shaped(2**40, 2**40), "w = ConstantOfShape (s)"),
        size_that_overflows_to_little=summing(shaped(2**32, 2**32), "w = ConstantOfShape (s)"),
        gathered_from_beyond=summing(shaped(10**12), "w = Gather (x, s)"),
        gathered_from_before=summing(shaped(-(10**12)), "w = Gather (x, s)"),
        scattered_beyond=summing(
            shaped(2**40),
            "sizes = Constant <value = int64[2] {1, 1}> ()\nat = Reshape (s, sizes)\nflat = Flatten (x)",
            "to = Constant <value = int64[1] {-1}> ()\nline = Reshape (flat, to)",
            "one = Constant <value = float[1] {1.0}> ()",
            "w = ScatterND (line, at, one)",
        ),
        unpooled_beyond=summing(
            "ones = Shape (x)\nbig = Constant <value = int64 {1099511627776}> ()\nwide = Expand (big, ones)",
            "at = Add (wide, none)\nw = MaxUnpool <kernel_shape = [2, 2], strides = [2, 2]> (x, at)",
        ),
        whole_numbers_by_zero=summing(
            "ten = Constant <value = int64 {10}> ()\nn = Div (ten, none)\nw = Cast <to = 1> (n)"
        ),
        remainder_by_zero=summing("ten = Constant <value = int64 {10}> ()\nn = Mod (ten, none)\nw = Cast <to = 1> (n)"),
        smallest_by_minus_one=summing(
            "least = Constant <value = int64 {-9223372036854775808}> ()\nm = Constant <value = int64 {-1}> ()",
            "d = Add (m, none)\nn = Div (least, d)\nw = Cast <to = 1> (n)",
        ),
        greatest_of_nothing=summing(shaped(0), "w = ConstantOfShape (s)"),
        softmax_of_nothing=answering(shaped(0, 2), "n = ConstantOfShape (s)\ny = Softmax (n)"),
        slice_with_the_smallest_step=summing(
            shaped(0),
            "far = Constant <value = int64[1] {9223372036854775807}> ()",
            "back = Constant <value = int64[1] {-9223372036854775808}> ()",
            "w = Slice (x, far, back, s, back)",
        ),
        regions_of_other_slices=summing(
            shaped(1_000_000_000),
            "box = Constant <value = float[1, 4] {-1e30, -1e30, 1e30, 1e30}> ()",
            "w = RoiAlign (x, box, s)",
        ),
        sampled_at_infinity=summing(
            shaped(1, 4, 4, 2), "inf = Log (nothing)\ngrid = Expand (inf, s)\nw = GridSample (x, grid)"
        ),
        resized_to_nothing=summing(shaped(1, 1, 0, 0), 'w = Resize <mode = "linear"> (x, , , s)'),
        pooled_with_a_giant_kernel=summing(
            "w = MaxPool <kernel_shape = [2000000000, 2000000000], pads = [1999999999, 1999999999, 0, 0]> (x)"
        ),
        deep_recurrence=summing(
            shaped(2_000_000, 1, 1),
            "long = Expand (mean, s)\na = Constant <value = float[1, 3, 1] {0.0, 0.0, 0.0}> ()",
            "all, w = GRU <hidden_size = 1> (long, a, a)",
        ),
    )
)

ATTACKS = (*ENDLESS, *GREEDY, *SLOW, *NONSENSE, *STRANGE)


@pytest.mark.parametrize("attack", draw_attacks(ATTACKS))
def test_it_is_answered_in_time_and_nothing_is_left(attack: Attack, attacked: Attacked) -> None:
    attacked(attack)


def test_the_table_is_as_long_as_the_issue_asks() -> None:
    assert len(ATTACKS) >= 25
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
