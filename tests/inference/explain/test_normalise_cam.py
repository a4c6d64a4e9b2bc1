from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from imaging.base.errors import Refusal
from inference.bundle.bundle import load_bundle
from inference.classify.analysis import analyse
from inference.classify.classifier import Classifier
from inference.classify.finding import RawOutput
from inference.contract.codes import ModelCode
from inference.contract.phantoms import slice_from_array
from inference.explain.normalise_cam import heat_in_slice, heatmap
from tests.inference.factory import make_bundle, make_contract, moody_model, spot_slice


def raw_of(*cams: list[list[float]]) -> RawOutput:
    count = len(cams)
    return RawOutput(np.zeros(count, np.float32), np.zeros(count, np.float32), np.float32(cams), None)


def test_the_order_is_relu_min_max_resize_min_max() -> None:
    contract = make_contract()
    signed = [[-4.0, 1.0], [2.0, 5.0]]
    heat = heatmap(raw_of([[0.0] * 2] * 2, signed), contract, "bright")
    relu = np.float32([[0, 1], [2, 5]]) / 5
    fine = cv2.resize(relu, (32, 32), interpolation=cv2.INTER_LINEAR)
    assert heat == pytest.approx((fine - fine.min()) / (fine.max() - fine.min()), abs=1e-6)
    assert (heat.min(), heat.max()) == (0.0, 1.0)


@pytest.mark.parametrize(
    "signed",
    [
        [[0.0, 0.0], [0.0, 0.0]],
        [[3.0, 3.0], [3.0, 3.0]],
        [[-1.0, -7.0], [-2.0, -3.0]],
        # What is left after ReLU is rounding beside what spoke against the label.
        [[-50.0, -20.0], [-3.0, 1e-5]],
        [[3.0, 3.0], [3.0, 3.000001]],
    ],
)
def test_a_flat_map_stays_zero_and_nothing_glows(signed: list[list[float]]) -> None:
    heat = heatmap(raw_of([[0.0] * 2] * 2, signed), make_contract(), "bright")
    assert not heat.any()


@given(arrays.arrays(np.float32, (2, 3, 4), elements=st.floats(-(2.0**80), 2.0**80, width=32)))
def test_a_heatmap_is_always_finite_and_within_0_and_1(cams: np.ndarray) -> None:
    raw = RawOutput(np.zeros(2, np.float32), np.zeros(2, np.float32), cams, None)
    for label in ("normal", "bright"):
        heat = heatmap(raw, make_contract(), label)
        assert heat.dtype == np.float32
        assert heat.shape == (32, 32)
        assert ((heat >= 0) & (heat <= 1)).all()


@pytest.mark.parametrize("resize", ["stretch", "letterbox", "centre_crop"])
@pytest.mark.parametrize("shape", [(64, 64), (160, 64), (64, 160), (37, 91)])
def test_a_spot_glows_where_it_is(tmp_path: Path, resize: str, shape: tuple[int, int]) -> None:
    bundle = load_bundle(make_bundle(tmp_path, input={"resize": resize, "size": [64, 48]}))
    spot = (round(shape[0] * 0.45), round(shape[1] * 0.58))
    analysis = analyse(spot_slice(*shape, at=spot, half=3), Classifier(bundle))
    heat = heat_in_slice(analysis, bundle.contract, "bright")
    assert heat.shape == shape
    assert analysis.placement is not None
    _, _, rows, columns = analysis.placement.crop
    _, _, box_rows, box_columns = analysis.placement.box
    peak = np.unravel_index(int(heat.argmax()), heat.shape)
    # A cell is 4 pixels of the input; the spot's own half width comes on top.
    assert abs(int(peak[0]) - spot[0]) <= 4 * rows / box_rows + 3
    assert abs(int(peak[1]) - spot[1]) <= 4 * columns / box_columns + 3


def test_the_negative_label_of_one_logit_looks_elsewhere(tmp_path: Path) -> None:
    bundle = load_bundle(make_bundle(tmp_path, task={"kind": "binary"}, output={"activation": "sigmoid"}))
    stored = spot_slice().stored.copy()
    stored[40:60, 8:30] = 0
    analysis = analyse(slice_from_array(stored), Classifier(bundle))
    positive = heat_in_slice(analysis, bundle.contract, "bright")
    negative = heat_in_slice(analysis, bundle.contract, "normal")
    assert not np.array_equal(positive, negative)
    assert (positive * negative).max() < 0.3


def test_what_has_no_map_is_refused_with_a_sentence(tmp_path: Path) -> None:
    contract = make_contract()
    without = RawOutput(np.zeros(2, np.float32), np.zeros(2, np.float32), None, None)
    for raw, label in ((without, "bright"), (raw_of([[1.0]], [[1.0]]), "dark")):
        with pytest.raises(Refusal) as refused:
            heatmap(raw, contract, label)
        assert refused.value.code is ModelCode.NO_HEATMAP
    bundle = load_bundle(make_bundle(tmp_path, model=moody_model(contract)))
    failed = analyse(spot_slice(), Classifier(bundle))
    with pytest.raises(Refusal) as refused:
        heat_in_slice(failed, contract, "bright")
    assert refused.value.code is ModelCode.NO_HEATMAP
