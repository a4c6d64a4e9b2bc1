"""What an explained score costs: against the score alone in the same runtime, and against pytorch-grad-cam."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx

from inference.classify.classifier import Classifier, probabilities_of
from inference.classify.onnx_session import OnnxSession
from inference.classify.preprocess import ModelInput
from inference.contract.storage import Bundle
from inference.explain.normalise_cam import heatmap
from inference.graph.walk import MODEL_FILE
from tests.benchmarks.harness import Row, alternate
from tests.benchmarks.models import bundled_models, library_heatmap, sample_inputs, trainable

REACH_SCORE, REACH_LIBRARY = 1.3, 7.0


def run(rounds: int = 60, folders: Sequence[Path] | None = None) -> list[Row]:
    """Two rows a model: milliseconds for one prepared slice."""
    return [row for bundle in bundled_models(folders) for row in _rows(bundle, rounds)]


def _rows(bundle: Bundle, rounds: int) -> list[Row]:
    contract = bundle.contract
    classifier = Classifier(bundle)
    score = OnnxSession(_without_maps(bundle))
    network = trainable(bundle)
    input_ = sample_inputs(contract, 1)[0]
    labels = contract.task.names

    def explained(_input: ModelInput = input_) -> list[np.ndarray]:
        raw = classifier.run(_input)
        return [heatmap(raw, contract, label) for label in labels]

    def score_alone() -> np.ndarray:
        logits = score.run(contract.output.input, input_.tensor, [contract.output.logits])[0]
        return probabilities_of(logits[0], contract)

    def library() -> list[np.ndarray]:
        return [library_heatmap(network, contract, input_, label) for label in labels]

    alone = alternate(explained, score_alone, runs=rounds, warm=min(5, rounds))
    against = alternate(library, explained, runs=max(1, rounds // 4), warm=min(2, rounds))
    return [
        Row(
            name="explain",
            what=f"{contract.id}: score and {len(labels)} heatmaps, against the score alone",
            ours=alone.a.median,
            peer=alone.b.median,
            ratio=alone.ratio,
            spread=alone.spread,
            reach=f"≤ {REACH_SCORE}",
            ok=alone.ratio <= REACH_SCORE,
        ),
        Row(
            name="explain",
            what=f"{contract.id}: the same, times faster than pytorch-grad-cam",
            ours=against.b.median,
            peer=against.a.median,
            ratio=against.ratio,
            spread=against.spread,
            reach=f"≥ {REACH_LIBRARY:g}",
            ok=against.ratio >= REACH_LIBRARY,
        ),
    ]


def _without_maps(bundle: Bundle) -> bytes:
    """The bundle's graph with the logits as its only output, and without what only the other outputs needed."""
    model = onnx.load_model_from_string(bundle.read(MODEL_FILE))
    kept = [output for output in model.graph.output if output.name == bundle.contract.output.logits]
    del model.graph.output[:]
    model.graph.output.extend(kept)
    needed = {output.name for output in kept}
    nodes = []
    for node in reversed(model.graph.node):
        if needed & set(node.output):
            needed |= set(node.input)
            nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(reversed(nodes))
    weights = [tensor for tensor in model.graph.initializer if tensor.name in needed]
    del model.graph.initializer[:]
    model.graph.initializer.extend(weights)
    return bytes(model.SerializeToString())
