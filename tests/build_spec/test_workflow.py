"""The workflow that builds and releases, held against the repository; actionlint reads what it is written in."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

FINAL = "release"


@pytest.fixture(scope="module")
def flow(root: Path) -> dict[Any, Any]:
    """The workflow."""
    found = yaml.safe_load((root / ".github" / "workflows" / "build.yml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def steps(flow: dict[Any, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(name, step) for name, job in flow["jobs"].items() for step in job["steps"]]


def test_it_runs_scripts_that_there_are(flow: dict[Any, Any], root: Path) -> None:
    named = {word for _, step in steps(flow) for word in re.findall(r"(?:build_spec/|\b)\w+\.(?:py|sh)\b", str(step))}
    assert {"dev.py", "build_spec/smoke.py", "build_spec/ci_keys.sh", "build_spec/ci_release.sh"} <= named
    assert [
        name for name in named if not (root / name).exists() and name != "install.sh" and name != "uninstall.sh"
    ] == []


def test_it_builds_both_editions_on_three_systems_and_tests_on_each(flow: dict[Any, Any]) -> None:
    jobs = flow["jobs"]
    assert set(jobs) == {"linux", "tests", "windows", "macos", FINAL}
    assert jobs["linux"]["strategy"]["matrix"]["part"] == ["tests", "lite", "full"]
    assert jobs["tests"]["strategy"]["matrix"]["system"] == ["windows-2022", "macos-15"]
    assert jobs["windows"]["strategy"]["matrix"]["edition"] == ["lite", "full"]
    built = {(row["processor"], row["edition"]) for row in jobs["macos"]["strategy"]["matrix"]["include"]}
    assert built == {("arm64", "lite"), ("arm64", "full"), ("x86_64", "lite")}
    assert set(jobs[FINAL]["needs"]) == set(jobs) - {FINAL}
    assert jobs[FINAL]["if"] == "startsWith(github.ref, 'refs/tags/v')"
    assert max(job["timeout-minutes"] for job in jobs.values()) <= 60
    # checksums.py asks for Python 3.11; the runner before this one has 3.10.
    assert jobs[FINAL]["runs-on"] == "ubuntu-24.04"


def test_linux_is_built_on_the_oldest_system_that_it_is_for(flow: dict[Any, Any]) -> None:
    """In Debian 12, whose C library the README names: not on what runners have, which differs and changes."""
    assert flow["jobs"]["linux"]["container"] == "debian:12-slim"
    assert [step for name, step in steps(flow) if name == "linux" and "sudo" in step.get("run", "")] == []
    before = [step for name, step in steps(flow) if name == "linux"]
    before = before[: next(number for number, step in enumerate(before) if "checkout" in step.get("uses", ""))]
    # Before anything of the repository is there: what checks it out, what PyInstaller and the smoke test ask for.
    for package in ("git", "ca-certificates", "python3-venv", "libpython3.11", "gcc", "binutils", "xvfb", "file"):
        assert re.search(rf"\s{re.escape(package)}\s", before[-1]["run"]), package


def test_every_part_of_a_release_has_its_own_name(flow: dict[Any, Any]) -> None:
    sent = [(name, step["with"]) for name, step in steps(flow) if "upload-artifact" in step.get("uses", "")]
    assert [name for name, _ in sent] == ["linux", "windows", "macos"]
    for name, row in sent:
        assert row["name"].startswith(f"{name}-${{{{ matrix.")
        assert "dist/release/*" in row["path"]
        assert row["if-no-files-found"] == "error"


def test_only_the_release_may_write_and_keys_are_only_there_for_a_tag(flow: dict[Any, Any]) -> None:
    assert flow["permissions"] == {"contents": "read"}
    writers = [name for name, job in flow["jobs"].items() if "write" in str(job.get("permissions", ""))]
    assert writers == [FINAL]
    for _, step in steps(flow):
        if "secrets." in str(step):
            assert step["if"] == "startsWith(github.ref, 'refs/tags/v')"


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_every_step_is_a_script_that_its_shell_can_read(flow: dict[Any, Any], tmp_path: Path) -> None:
    assert flow["defaults"]["run"]["shell"] == "bash"
    for _, step in steps(flow):
        if "run" in step and step.get("shell", "bash") == "bash":
            text = re.sub(r"\$\{\{.*?\}\}", "value", step["run"])
            read = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
            assert read.returncode == 0, (step.get("name"), read.stderr)


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_a_release_is_one_folder_with_one_list_of_sums(root: Path, tmp_path: Path) -> None:
    """The artefacts of all jobs as they are fetched: the beginning that all paths of one have in common is gone."""
    for name, made in (("linux-lite", "a.deb"), ("windows-lite/dist", "b.exe"), ("macos-arm64-lite/dist", "c.dmg")):
        folder = tmp_path / "parts of it" / name
        (folder / "release").mkdir(parents=True)
        (folder / "release" / made).write_text(name)
        (folder / "release" / "SHA256SUMS").write_text("of this part only")
        (folder / "lite").mkdir()
        (folder / "lite" / "slicelens.cdx.json").write_text("{}")
    tool = root / "build_spec" / "ci_release.sh"
    done = subprocess.run(
        ["bash", str(tool), str(tmp_path / "parts of it"), str(tmp_path / "out")], capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    named = {line.split("  ")[1] for line in (tmp_path / "out" / "SHA256SUMS").read_text("utf-8").splitlines()}
    bills = {f"slicelens-{name}.cdx.json" for name in ("linux-lite", "windows-lite", "macos-arm64-lite")}
    assert named == {"a.deb", "b.exe", "c.dmg"} | bills
