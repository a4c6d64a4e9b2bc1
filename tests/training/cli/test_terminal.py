import pytest

from imaging.base.errors import Code, Skipped
from imaging.base.progress import Job, Milestone, Progress
from training.cli.terminal import list_skipped, run_shown


@pytest.mark.parametrize(("count", "strict", "code"), [(0, True, 0), (3, False, 0), (3, True, 1), (25, False, 0)])
def test_skipped_files_are_a_failure_only_where_that_is_asked_for(
    count: int, strict: bool, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [Skipped(f"a/{number}.png", Code.TRUNCATED, "The file ends early.") for number in range(count)]
    assert list_skipped(rows, strict=strict) == code
    said = capsys.readouterr().err.splitlines()
    assert len(said) == min(count, 21)
    if count > 20:
        assert said[-1] == "skipped 5 more (25 in all)"


def test_without_a_terminal_progress_is_a_line_for_each_work_and_milestones_stand_as_they_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def job() -> Job[str]:
        for done in range(1, 4):
            yield Progress("Reading", done, 3)
        for done in range(1, 1001):
            yield Progress("Looking", done)
        for epoch in (1, 2):
            yield Progress("Epoch", 1, 2)
            yield Milestone("Epoch", 2, 2, said=f"epoch {epoch} is done")
        return "found"

    assert run_shown(job()) == "found"
    assert capsys.readouterr().err.splitlines() == [
        "Reading: 3 of 3",
        "Looking: 1,000",
        "epoch 1 is done",
        "epoch 2 is done",
    ]


def test_a_refusal_ends_the_lines_too(capsys: pytest.CaptureFixture[str]) -> None:
    def job() -> Job[None]:
        yield Progress("Reading", 1, 3)
        raise ValueError

    with pytest.raises(ValueError):
        run_shown(job())
    assert capsys.readouterr().err == "Reading: 1 of 3\n"
