"""Attacks, each run once against the real program under the same rules: 5 s, 1 GB, no canary, nothing left."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hostile.harness import Attack, Outcome, run_attack

Attacked = Callable[[Attack], Outcome]


@pytest.fixture
def attacked(tmp_path: Path) -> Attacked:
    """Run an attack, and fail with every rule that it broke."""

    def run(attack: Attack) -> Outcome:
        outcome = run_attack(attack, tmp_path)
        faults = outcome.faults(attack)
        if faults:
            pytest.fail(f"{attack.name} ({attack.clause}: {attack.rule})\n  " + "\n  ".join(faults), pytrace=False)
        return outcome

    return run
