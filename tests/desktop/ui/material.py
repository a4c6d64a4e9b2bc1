"""Contracts, analyses, series and ledgers that the tests and the gallery of the panels show."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imaging.base.errors import Code, Ledger, Refusal, Skipped
from imaging.volume.header_rows import HeaderRow
from imaging.volume.series import Format, Series, Source, StoredFrame
from inference.classify.finding import (
    Analysis,
    Concern,
    ConcernKind,
    Finding,
    LabelScore,
    Milliseconds,
    OutOfDistributionScore,
    Status,
)
from inference.contract.codes import ModelCode
from inference.contract.contract import NOTICE, Bands, Calibration, Contract, OrientationCheck, OutOfDistribution


def interval(value: float) -> dict[str, float]:
    """A figure with an interval around it."""
    return {"value": value, "low": round(value - 0.012, 3), "high": round(min(1.0, value + 0.009), 3)}


def contract(name: str = "pneumonia-cxr", **changes: object) -> Contract:
    """The contract of a paediatric chest model with two labels."""
    figures = {"n": 624, **{key: interval(0.95) for key in ("precision", "recall", "f1", "auc")}}
    return Contract.model_validate(
        {
            "schema_version": 1,
            "id": name,
            "name": "Pneumonia, chest radiograph",
            "version": "1.0.0",
            "authors": ("Slicelens",),
            "created": "2025-11-20",
            "weights_licence": "Apache-2.0",
            "data_licence": "CC BY 4.0",
            "task": {
                "kind": "binary",
                "labels": (
                    {"name": "normal", "display": "No pneumonia"},
                    {"name": "pneumonia", "display": "Pneumonia"},
                ),
            },
            "input": {
                "modality": ("CR", "DX"),
                "body_part": ("CHEST",),
                "plane": "acquired",
                "orientation": "as_stored",
                "colour": "grey_to_rgb",
                "polarity": "monochrome2",
                "intensity": {"method": "percentile", "low": 0.5, "high": 99.5},
                "resize": "letterbox",
                "interpolation": "area",
                "size": (224, 224),
                "mean": (0.5, 0.5, 0.5),
                "std": (0.5, 0.5, 0.5),
                "layout": "NCHW",
            },
            "output": {
                "input": "image",
                "logits": "logits",
                "cams": "cams",
                "features": "features",
                "activation": "sigmoid",
            },
            "decision": {"rule": "thresholds", "values": {"pneumonia": 0.5}},
            "explanation": {"method": "grad_cam", "target_layer": "bn2", "notice": "Coarse: 7 × 7 cells."},
            "evaluation": (
                {
                    "split": "validation",
                    "grouped_by": "person",
                    "n": 1044,
                    "macro_f1": interval(0.951),
                    "accuracy": interval(0.963),
                    "auc": interval(0.987),
                    "labels": {"normal": figures, "pneumonia": figures},
                },
            ),
            "provenance": {
                "code_version": "0.1",
                "seed": 1,
                "recipe": "pneumonia-cxr",
                "data": "Kermany 2018, chest radiographs of children",
                "data_manifest_sha256": "0" * 64,
                "split_sha256": "0" * 64,
                "base_weights": "ImageNet",
                "base_weights_licence": "Apache-2.0",
                "environment": {},
            },
            "intended_use": {
                "use": "To study how a small network reads frontal chest radiographs of young children.",
                "not_for": "Any decision about a patient; adults; lateral views.",
                "limits": (
                    "One hospital, one country.",
                    "Labels come from one reading, not from follow-up.",
                ),
                "population": {"age_years": (1.0, 5.0), "description": "Children at one hospital in Guangzhou."},
                "notice": NOTICE,
            },
            "files": {},
            **changes,
        }
    )


def knowing_contract() -> Contract:
    """A contract with calibration, a cut-off for the unfamiliar, and bands."""
    return contract(
        calibration=Calibration(temperature=1.4, ece_before=0.041, ece_after=0.017, cases=1044),
        out_of_distribution=OutOfDistribution(
            method="mahalanobis", statistics="ood.safetensors", cut_off=31.5, in_distribution_refused=0.05
        ),
    )


def contract_of_version_2() -> Contract:
    """A contract with figures in two qualities and the refusals of each label."""
    known = knowing_contract().out_of_distribution
    assert known is not None
    judged = {"n": 522, "accuracy": interval(0.96), "flipped": None, "refused": interval(0.04)}
    saved = {"n": 522, "accuracy": interval(0.93), "flipped": interval(0.02), "refused": interval(0.05)}
    return contract(
        schema_version=2,
        out_of_distribution=known.model_copy(
            update={
                "refused_by_label": {"normal": 0.041, "pneumonia": 0.039},
                "orientation": OrientationCheck(
                    cut_off=0.5, in_distribution_refused=0.03, caught={"half_turn": 0.97, "inverted": 0.99}
                ),
            }
        ),
        qualities={"as_given": judged, "jpeg_20": saved},
    )


def banded_contract() -> Contract:
    """A contract whose decision is a band of confidence."""
    bands = [("unlikely", 0.0), ("unsure", 0.2), ("likely", 0.8)]
    return contract(
        decision=Bands.model_validate(
            {
                "rule": "bands",
                "label": "pneumonia",
                "bands": tuple(
                    {"low": low, "decision": name, "sentence": f"Pneumonia is {name}."} for name, low in bands
                ),
            }
        )
    )


AGE = Concern(
    "age", ConcernKind.MISMATCH, "The patient is an adult; the model was trained on children of 1 to 5 years."
)
AGE_UNKNOWN = Concern(
    "age", ConcernKind.UNKNOWN, "The patient's age is not in the file; the model knows ages 1 to 5 only."
)
POLARITY = Concern("polarity", ConcernKind.UNKNOWN, "Which end is bright is not in the file.")


def analysis(
    probability: float = 0.964,
    *,
    concerns: tuple[Concern, ...] = (),
    threshold: float | None = 0.5,
    distance: OutOfDistributionScore | None = None,
) -> Analysis:
    """An answer of the two-label model."""
    scores = (
        LabelScore("normal", "No pneumonia", 1 - probability, None),
        LabelScore("pneumonia", "Pneumonia", probability, threshold),
    )
    decision = "pneumonia" if probability >= (threshold or 0.5) else "normal"
    advice = "The score reaches the threshold for pneumonia." if decision == "pneumonia" else ""
    finding = Finding(scores, decision, advice)
    return Analysis(Status.OK, concerns, Milliseconds(2.1, 8.4), finding, out_of_distribution=distance)


def broken_analysis() -> Analysis:
    """A model that answered with NaN."""
    return Analysis(
        Status.MODEL_ERROR,
        (),
        Milliseconds(2.0, 8.0),
        code=ModelCode.MODEL_ERROR.value,
        message="The model answered with numbers that are not finite.",
    )


def contracts() -> tuple[Contract, ...]:
    """Two models to choose from."""
    return (
        contract(name="pneumonia-cxr"),
        contract().model_copy(update={"id": "brain-tumour-mri", "name": "Brain tumour, MR (glioma, meningioma)"}),
    )


def series(name: str, **changes: object) -> Series:
    """A series of that id; slices and phases as asked."""
    fields: dict[str, object] = {"slices": 1, "phases": 1, "rows": 512, "columns": 512, "dtype": "int16", **changes}
    count = int(str(fields["slices"])) * int(str(fields["phases"]))
    frames = tuple(StoredFrame(Source(Path("IM") / str(number))) for number in range(count))
    return Series(id=name, format=Format.DICOM, frames=frames, **fields)  # type: ignore[arg-type]


def several_series() -> tuple[Series, ...]:
    """What a disc may hold."""
    tilted = ("Gap after slice 7.", "Spacing is irregular; other planes are not offered.")
    turn = np.array([[0, 0.7, 0, 0], [0, 0, 0.7, 0], [5, 0, 0, 0], [0, 0, 0, 1.0]])
    return (
        series("a", slices=60, modality="CT", description="Abdomen portal venous 2.0 B30f", number=2, affine=turn),
        series("b", slices=2, modality="CT", description="Scout", number=1, columns=888),
        series("c", slices=24, phases=2, modality="MR", description="ep2d_diff_4scan_trace_p2", number=5, notes=tilted),
        series("d", slices=24, modality="MR", description="ep2d_diff_4scan_trace_p2", number=5),
        series("e", modality="CR", description="", number=None, rows=1955, columns=1841),
    )


def picture(rows: int = 96, columns: int = 80) -> NDArray[np.uint8]:
    """A soft disc, brighter to the right."""
    y, x = np.mgrid[0:rows, 0:columns]
    disc = ((y - rows / 2) / (rows / 2.4)) ** 2 + ((x - columns / 2) / (columns / 2.4)) ** 2 < 1
    return np.asarray(np.where(disc, 60 + 180 * x / columns, 8), dtype=np.uint8)


def ledger() -> Ledger:
    """Four skipped files among sixty-four."""
    codes = {
        "/media/disc/DICOM/ST0001/SE0004/IM0007": Code.TRUNCATED,
        "/media/disc/README.txt": Code.UNKNOWN_FORMAT,
        "/media/disc/DICOM/ST0001/SR0001": Code.NOT_AN_IMAGE,
        "/media/disc/export.zip/Übersicht/IM0001": Code.DECODE,
    }
    rows = tuple(Skipped.because(path, Refusal(code)) for path, code in codes.items())
    return Ledger(seen=64, opened=60, skipped=rows)


KEYS: tuple[tuple[str, str, str], ...] = (
    ("Left drag", "Window: right = wider, up = brighter", "Mouse"),
    ("Middle drag / Shift+left", "Pan", "Mouse"),
    ("Right drag / Ctrl+wheel", "Zoom at the cursor", "Mouse"),
    ("Wheel", "One slice", "Mouse"),
    ("↑ / ↓", "Previous, next slice", "Moving"),
    ("Shift+↑ / Shift+↓", "Ten slices", "Moving"),
    ("PgUp / PgDn", "Previous, next series", "Moving"),
    ("Home / End", "First, last slice", "Moving"),
    (", / .", "Previous, next phase", "Moving"),
    ("0", "Automatic window", "Picture"),
    ("1", "The file's own window", "Picture"),
    ("2 / … / 9", "Presets (CT)", "Picture"),
    ("I", "Invert", "Picture"),
    ("R / Shift+R", "Rotate right, left", "Picture"),
    ("H / V", "Flip", "Picture"),
    ("Ctrl+Enter", "Analyse", "Model"),
    ("E", "Heatmap on, off", "Model"),
    ("Ctrl+L", "Live mode", "Model"),
    ("Ctrl+O", "Open file", "Program"),
    ("Ctrl+Shift+O", "Open folder", "Program"),
    ("?", "This sheet", "Program"),
    ("Esc", "Cancel what runs; then reset the view", "Program"),
)


HEADER_ROWS = (
    HeaderRow(0, "(0010,0010)", "Patient's Name", "PatientName", "PN", "Roe^Jane"),
    HeaderRow(0, "(0040,0275)", "Request Attributes Sequence", "RequestAttributesSequence", "SQ", "1 item"),
    HeaderRow(1, "", "Item 1"),
    HeaderRow(2, "(0040,0007)", "Scheduled Procedure Step Description", "", "LO", "Head, plain"),
)
