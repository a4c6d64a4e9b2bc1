"""What a run leaves behind outside the program: nothing."""

import os
import subprocess
import sys
from pathlib import Path

from tests.inference.factory import make_bundle

ROOT = Path(__file__).resolve().parents[3]
# A person's environment: on a build machine ONNX Runtime keeps quiet by itself, and the test would prove nothing.
QUIET_ELSEWHERE = ("CI", "GITHUB_ACTIONS", "TF_BUILD", "ORT_DISABLE_TELEMETRY", "ORT_RUNNING_UNIT_TESTS")


def test_a_run_tells_nobody_and_leaves_no_device_id(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "bundles")
    home = tmp_path / "home"
    home.mkdir()
    env = {name: value for name, value in os.environ.items() if name not in QUIET_ELSEWHERE}
    env = {name: value for name, value in env.items() if not name.startswith("XDG_")}
    code = (
        "import sys; from pathlib import Path; from inference.bundle.bundle import load_bundle; "
        "from inference.classify.classifier import Classifier; Classifier(load_bundle(Path(sys.argv[1])))"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", code, str(bundle)],
        cwd=ROOT,
        env={**env, "HOME": str(home), "ORT_DISABLE_TELEMETRY": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert list(home.rglob("*")) == []
