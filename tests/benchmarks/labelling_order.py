"""Whether 100 labels of the cases that a model doubts most are worth 100 labels of cases at random.

    python3 -m tests.benchmarks.labelling_order DATA [--cases 2400] [--side 128] [--out FILE.json]

DATA holds `brain_tumor` and `chest_xray`. A person has a model and a table of its answers, labels 100 more cases in an
order of the table, and trains anew. Here the model is a logistic regression on the pooled features of a frozen
EfficientNet-Lite0 with ImageNet's weights, which saw few cases (40) or more (400); the order is made once, from its
answers, as the table makes it. Both orders get the same start, pool and held-out cases; persons and near-duplicates
stay on one side (`training.data.split`). What counts is macro-F1 on the held-out cases, for five seeds, and how much a
model with the whole pool would reach. `in rounds` asks five times for 20, each time of a model that learnt the last 20.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from imaging.base.progress import finish
from inference.statistics.metrics import macro_f1
from training.data.dataset import list_cases, prepare_cases
from training.data.split import hash_cases, make_split
from training.network.network import predict, start_network
from training.recipe.recipe import Recipe
from training.recipe.recipe_files import read_recipe, recipe_path

SETS = {"brain_tumor": "brain_tumor_lite0", "chest_xray": "pneumonia_lite0"}
SEEDS = range(5)
STARTS = (40, 400)
LABELS, ROUNDS = 100, 5

Features = NDArray[np.float32]
Labels = NDArray[np.int64]


def main() -> int:
    """Measure, print a table, and keep every figure in a file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--cases", type=int, default=2400)
    parser.add_argument("--side", type=int, default=128)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    rows = [row for name in SETS for row in measure_set(name, chosen.data / name, chosen.cases, chosen.side)]
    if chosen.out is not None:
        chosen.out.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    print(f"{'data':12} {'start':>5} {'before':>7} {'random':>7} {'doubt':>7} {'rounds':>7} {'all':>7}  doubt - random")
    for name in SETS:
        for start in STARTS:
            of = [row for row in rows if row["data"] == name and row["start"] == start]
            mean = {key: float(np.mean([row[key] for row in of])) for key in ("before", "random", "doubt", "rounds")}
            whole = float(np.mean([row["all"] for row in of]))
            gains = np.array([row["doubt"] - row["random"] for row in of])
            shown = " ".join(f"{one:7.3f}" for one in (*mean.values(), whole))
            print(f"{name:12} {start:5} {shown}  {gains.mean():+.3f} ({', '.join(f'{one:+.3f}' for one in gains)})")
    return 0


def measure_set(name: str, folder: Path, count: int, side: int) -> list[dict[str, Any]]:
    """Return a row for each seed and start."""
    recipe = read_recipe(recipe_path(SETS[name]))
    network = recipe.network.model_copy(update={"familiarity_layers": ()})  # without any, the pooled features
    spec = recipe.input.model_copy(update={"size": (side, side)})
    recipe = recipe.model_copy(update={"input": spec, "network": network})
    if name == "chest_xray":
        source = recipe.cases.source.model_copy(update={"folders": {"normal": "NORMAL", "pneumonia": "PNEUMONIA"}})
        recipe = recipe.model_copy(update={"cases": recipe.cases.model_copy(update={"source": source})})
    listed = list_cases(folder, recipe)
    drawn = np.random.default_rng(0).choice(len(listed), min(count, len(listed)), replace=False)
    cases, hashes, _ = finish(hash_cases([listed[one] for one in sorted(drawn)], recipe))
    prepared = finish(prepare_cases(cases, recipe))
    features = find_features(prepared.tensors, recipe)
    rule = recipe.split.model_copy(update={"train": 0.65, "validation": 0.1, "test": 0.25})
    rows = []
    for seed in SEEDS:
        split = make_split(cases, hashes, rule=rule, seed=seed)
        pool, test = (split.indices(part, prepared.cases) for part in ("train", "test"))
        for start in STARTS:
            found = compare_orders(features, prepared.labels, pool, test, start=start, seed=seed)
            rows.append({"data": name, "seed": seed, "start": start, "pool": len(pool), "test": len(test), **found})
            print(rows[-1], file=sys.stderr, flush=True)
    return rows


def find_features(tensors: NDArray[np.float32], recipe: Recipe) -> Features:
    """Return the pooled features [N, D] of the network with ImageNet's weights."""
    return predict(start_network(recipe).model.eval(), tensors, recipe).features


def compare_orders(
    features: Features, labels: Labels, pool: NDArray[np.int64], test: NDArray[np.int64], *, start: int, seed: int
) -> dict[str, float]:
    """Return macro-F1 on the test cases before, after labels in either order, and with the whole pool."""
    generator = np.random.default_rng(seed)
    shuffled = generator.permutation(pool)
    known, rest = shuffled[:start], shuffled[start:]
    classes = int(labels.max()) + 1

    def fit(chosen: NDArray[np.int64]) -> Any:
        model = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=500))
        return model.fit(features[chosen], labels[chosen])

    def score(model: Any) -> float:
        return macro_f1(labels[test], model.predict(features[test]), classes)

    def doubt(model: Any, among: NDArray[np.int64], count: int) -> NDArray[np.int64]:
        return among[most_doubtful(model.predict_proba(features[among]), count)]

    first = fit(known)
    in_rounds = label_in_rounds(known, rest, fit, doubt)
    return {
        "before": score(first),
        "random": score(fit(np.r_[known, rest[:LABELS]])),
        "doubt": score(fit(np.r_[known, doubt(first, rest, LABELS)])),
        "rounds": score(fit(in_rounds)),
        "all": score(fit(pool)),
    }


def label_in_rounds(
    known: NDArray[np.int64],
    rest: NDArray[np.int64],
    fit: Callable[[NDArray[np.int64]], Any],
    doubt: Callable[[Any, NDArray[np.int64], int], NDArray[np.int64]],
) -> NDArray[np.int64]:
    """Return the cases that are known after asking for a few of the most doubtful ones again and again."""
    for _ in range(ROUNDS):
        asked = doubt(fit(known), rest, LABELS // ROUNDS)
        known, rest = np.r_[known, asked], np.setdiff1d(rest, asked)
    return known


def most_doubtful(probabilities: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    """Return the positions of the least differences between the two most probable answers (margin sampling)."""
    ordered = np.sort(probabilities, axis=1)
    return np.argsort(ordered[:, -1] - ordered[:, -2], kind="stable")[:count]


if __name__ == "__main__":
    sys.exit(main())
