"""Tables of `batch` and truth files as tests write them."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

COLUMNS = (
    "path", "patient_key", "series_key", "sop_key", "series", "slice", "modality", "model", "model_sha256", "status",
    "standing", "decision", "sex", "age_band", "maker",
)  # fmt: skip


def make_rows(count: int, labels: Sequence[str] = ("normal", "bright"), *, seed: int = 1, **cells: str) -> list[dict]:
    """Rows of one model: probabilities at random, the most probable label decided, two slices a person."""
    generator = np.random.default_rng(seed)
    chances = generator.dirichlet(np.ones(len(labels)), count).astype(np.float32)
    rows = []
    for number, chance in enumerate(chances):
        row: dict[str, Any] = dict.fromkeys(COLUMNS, "")
        row |= {
            "path": f"/data/{number:04d}.png",
            "patient_key": f"p{number // 2}",
            "sop_key": f"s{number}",
            "series": number,
            "slice": 0,
            "model": "tiny",
            "model_sha256": "0" * 64,
            "status": "ok",
            "standing": "in_contract",
            "decision": labels[int(chance.argmax())],
            "sex": "FM"[number % 2],
        }
        row |= {f"p_{name}": repr(float(value)) for name, value in zip(labels, chance, strict=True)}
        rows.append(row | cells)
    return rows


def write_table(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Write rows as a CSV; its head is that of all rows."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with open(path, "w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, columns, restval="")
        table.writeheader()
        table.writerows(rows)
    return path


def write_truth(path: Path, rows: Sequence[Mapping[str, Any]], *, right: float = 0.7, seed: int = 2) -> Path:
    """Write a truth that a share of the decisions is right about, by path."""
    labels = sorted({row["decision"] for row in rows})
    generator = np.random.default_rng(seed)
    found = [row["decision"] if generator.random() < right else generator.choice(labels) for row in rows]
    return write_table(path, [{"path": row["path"], "label": label} for row, label in zip(rows, found, strict=True)])
