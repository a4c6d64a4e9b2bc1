"""The contract in words: names of qualities, and what a bundle does not say of itself."""

from typing import TYPE_CHECKING

from imaging.base.english import english, join_english

if TYPE_CHECKING:
    # At run time this would bring pydantic into the panels.
    from inference.contract.contract import Contract, QualityName

QUALITY_WORDS: "dict[QualityName, str]" = {
    "as_given": english("as given"),
    "original_resolution": english("original resolution"),
    "jpeg_20": "JPEG 20",
    "noise_5": english("noise 5/255"),
    "turn_minus_5": english("turned by -5°"),
    "turn_plus_5": english("turned by 5°"),
    "zoom_0_9": english("zoom 0.9"),
    "washed_out": english("washed out"),
}

CHANGE_WORDS = {
    "a quarter turn to the left": english("a quarter turn to the left"),
    "a quarter turn to the right": english("a quarter turn to the right"),
    "a half turn": english("a half turn"),
    "upside down": english("upside down"),
    "inverted": english("inverted"),
}


def find_new_parts(contract: "Contract") -> dict[str, object]:
    """Return by key path what only version 2 of the contract knows; an empty value if it says nothing."""
    refusal, sets = contract.out_of_distribution, contract.conformal
    return {
        "task.normal": contract.task.normal,
        "task.labels": tuple(one.name for one in contract.task.labels if one.snomed_ct or one.radlex),
        "out_of_distribution.refused_by_label": refusal and refusal.refused_by_label,
        "out_of_distribution.orientation": refusal and refusal.orientation,
        "conformal.rule": sets is not None and sets.rule != "score",
        "conformal.coverage_by_size": sets and sets.coverage_by_size,
        "qualities": contract.qualities,
        "explanation.method": contract.explanation.method == "hires_cam",
    }


_WORDS = {
    "qualities": english("how it does on pictures of other quality (JPEG, noise, turned, washed out)"),
    "out_of_distribution.orientation": english("whether it notices a turned or inverted slice"),
    "out_of_distribution.refused_by_label": english("how many slices of each label it refuses"),
    "conformal.coverage_by_size": english("how often its sets of answers are right, by their size"),
}
_NORMAL = {"task.normal": english("which label is the normal answer")}


def describe_unknown(contract: "Contract") -> str | None:
    """Return one sentence on what a bundle does not say of itself; None if it says all that this version knows."""
    given = find_new_parts(contract)
    # In version 2, no normal label means that there is none.
    asked = _WORDS | (_NORMAL if contract.schema_version == 1 else {})
    lacking = [words for key, words in asked.items() if not given[key]]
    if not lacking:
        return None
    return english(
        "The bundle (version {schema_version}) does not say {lacking}.",
        schema_version=contract.schema_version,
        lacking=join_english("; ", lacking),
    )
