"""The bundles of the models that a table of results names."""

from collections.abc import Set
from pathlib import Path

from imaging.base.errors import Refusal
from imaging.base.policy import ReadingPolicy
from inference.batch.resume import read_job
from inference.bundle.catalog import list_installed, resolve_model
from inference.contract.contract import Contract


def find_bundles(table: Path, wanted: Set[str], policy: ReadingPolicy) -> dict[str, tuple[Contract, Path]]:
    """Return by hash the contracts of a table's models, whose hashes are `wanted`, and the paths of their bundles.

    Of those installed, and of those that its job names.
    """
    found = {
        one.sha256: (one.contract, one.path)
        for one in list_installed()
        if one.contract is not None and one.sha256 in wanted
    }
    try:
        job = read_job(table)
        for model in () if job is None else job.models:
            if model.sha256 in wanted - found.keys():
                bundle = resolve_model(model.named, policy=policy)
                if bundle.sha256 == model.sha256:
                    found[model.sha256] = bundle.contract, bundle.path
    except Refusal:
        # The figures need no bundle: a job file or a model that is gone costs the card.
        pass
    return found
