"""A folder of pictures into a table, against a bare loop of OpenCV, the same preparation and ONNX Runtime.

Each is a process of its own that worked once before it counts; both write a line a picture. The loop knows its files
beforehand and looks at no header; ours finds them, groups them, judges each against the contract, and makes keys.
"""

import tempfile
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from tests.benchmarks.bench_open import in_turn
from tests.benchmarks.harness import Pair, Row
from tests.benchmarks.stopwatch import Stopwatch

MODEL = "pneumonia-cxr"
FILES, MANY = 60, 2_000
SIZE = (1000, 1200)
REACH, REACH_GROWTH = 1 / 0.9, 1.1

OURS = f"""
import resource, shutil, tempfile
from pathlib import Path
from imaging.base.progress import finish
from imaging.workers.pool import Reading
from inference.batch.batch_run import BatchOrder, BatchRun
from tests.benchmarks.stopwatch import serve
from tests.reading import READING

def work(folder):
    with tempfile.TemporaryDirectory() as made:
        order = BatchOrder(paths=(Path(folder),), models=("{MODEL}",), out=Path(made) / "t.csv", program="bench")
        running = BatchRun(order, READING)
        finish(running.run())
        assert not running.failed
    return [running.rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]

if __name__ == "__main__":
    serve(work)
"""
THEIRS = f"""
import csv, tempfile
from pathlib import Path
import cv2
import onnxruntime
from inference.bundle.catalog import resolve_model
from inference.classify.preprocess import prepare
from inference.contract.phantoms import slice_from_array
from tests.benchmarks.stopwatch import serve

def work(folder):
    bundle = resolve_model("{MODEL}")
    output, spec = bundle.contract.output, bundle.contract.input
    session = onnxruntime.InferenceSession(bundle.read("model.onnx"), providers=["CPUExecutionProvider"])
    names = [output.logits, output.cams, output.features]
    with tempfile.TemporaryFile("w", newline="") as file:
        table, count = csv.writer(file), 0
        for path in sorted(Path(folder).iterdir()):
            picture = slice_from_array(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE))
            logits, _, _ = session.run(names, {{output.input: prepare(picture, spec).tensor}})
            table.writerow([path, *logits[0]])
            count += 1
    return [count, 0]

if __name__ == "__main__":
    serve(work)
"""


def run(rounds: int = 5) -> list[Row]:
    """The time for a folder against the loop's; and how time for a picture and memory grow with the folder."""
    few, many = (FILES, MANY) if rounds > 1 else (4, 8)
    with tempfile.TemporaryDirectory() as made, Stopwatch(OURS) as ours, Stopwatch(THEIRS) as theirs:
        small, large = (_write_pictures(Path(made) / str(count), count) for count in (few, many))
        pair = in_turn(partial(ours.milliseconds, str(small)), partial(theirs.milliseconds, str(small)), rounds)
        told = [ours.tell(str(folder)) for folder in (small, large)]
        each = [one["ms"] / count for one, count in zip(told, (few, many), strict=True)]
        megabytes = [one["returned"][1] / 1024 for one in told]
    return [_ratio(pair, few), *_growth(each, megabytes, few, many)]


def _write_pictures(folder: Path, count: int) -> Path:
    """JPEGs as large as the shared radiographs; their names are no numbers, so that each is a series of its own."""
    folder.mkdir()
    coarse = np.random.default_rng(1).integers(40, 220, (30, 36)).astype(np.uint8)
    for number in range(count):
        grey = cv2.resize(np.roll(coarse, number, axis=1), SIZE[::-1], interpolation=cv2.INTER_CUBIC)
        name = "".join(chr(97 + number // 26**place % 26) for place in (2, 1, 0))
        cv2.imwrite(str(folder / f"{name}.jpg"), grey[: SIZE[0] - number % 7])
    return folder


def _ratio(pair: Pair, count: int) -> Row:
    what = f"{count} radiographs into a table with {MODEL}, against a loop of OpenCV and ONNX Runtime"
    reach = f"≥ 0.9 of its rate (≤ {REACH:.2f})"
    return Row("batch", what, pair.a.median, pair.b.median, pair.ratio, pair.spread, reach, ok=pair.ratio <= REACH)


def _growth(each: list[float], megabytes: list[float], few: int, many: int) -> list[Row]:
    time, memory = each[1] / each[0], megabytes[1] / megabytes[0]
    reach, growth = f"≤ {REACH_GROWTH} times", f"from {few} to {many} pictures"
    return [
        Row("batch", f"milliseconds a picture, {growth}", each[1], each[0], time, "–", reach, ok=time <= REACH_GROWTH),
        Row(
            "batch", f"most memory, {growth}", megabytes[1], megabytes[0], memory, "–", reach,
            ok=memory <= REACH_GROWTH, unit="MiB",
        ),
    ]  # fmt: skip
