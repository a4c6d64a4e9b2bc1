"""Reading `bundle.json`: from its bytes to a contract, with every fault at once and each at the path of its key."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache, partial, reduce
from itertools import islice, pairwise
from typing import Any

from pydantic import ValidationError

from imaging.base.english import Text, english
from inference.contract.codes import Fault, ModelCode
from inference.contract.contract import Bands, Contract, Percentile, Task, Thresholds, TwoStep
from inference.contract.wording import find_new_parts

CONTRACT_FILE = "bundle.json"
MAX_CONTRACT_BYTES = 4 * 2**20
MAX_FAULTS = 100
"""The most faults that are told of one bundle."""
_MAX_KEY_PATH = 200

# pydantic's own message is English about Python types, and repeats the value; these speak of the key instead.
_SENTENCES = {
    "string_type": english("This must be text."),
    "int_type": english("This must be a whole number."),
    "int_from_float": english("This must be a whole number."),
    "float_type": english("This must be a number."),
    "finite_number": english("This must be a finite number."),
    "bool_type": english("This must be true or false."),
    "string_pattern_mismatch": english("This text does not have the form that is asked for here."),
    "json_invalid": english("This is not JSON in UTF-8 without a byte order mark."),
}

Location = tuple[int | str, ...]
"""Keys and list indices, and after a union the kind that was chosen: the `loc` of a pydantic error."""

_ONE = {
    "string": english("text"),
    "integer": english("a whole number"),
    "number": english("a number"),
    "boolean": english("true or false"),
}
_MANY = _ONE | {"integer": english("whole numbers"), "number": english("numbers")}


def read_contract(text: bytes) -> tuple[Contract | None, list[Fault]]:
    """Read the contract in `text` (JSON, UTF-8): None and the faults, or both if it contradicts itself."""
    if len(text) > MAX_CONTRACT_BYTES:
        return None, [_fault("", english("The contract is larger than any real one."))]
    repeated: list[str] = []
    try:
        document = json.loads(text, object_pairs_hook=partial(_build_object, repeated=repeated))
    except (ValueError, RecursionError):
        return None, [_fault("", english("This is not valid JSON."))]
    if repeated:
        # Readers differ in which one they take, so people and programs would not be told the same.
        keys = list(dict.fromkeys(repeated))[:MAX_FAULTS]
        return None, [
            _fault("", english("The key `{key}` stands twice in one object.", key=key[:_MAX_KEY_PATH])) for key in keys
        ]
    try:
        contract = Contract.model_validate_json(text)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)[:MAX_FAULTS]
        return None, [_fault(_path_of(document, one), _sentence_of(one)) for one in found if not _is_echo(one, found)]
    return contract, list(islice(find_contradictions(contract), MAX_FAULTS))


def _build_object(pairs: list[tuple[str, Any]], *, repeated: list[str]) -> dict[str, Any]:
    """Build a JSON object; keys that stand in it more than once are added to `repeated`."""
    found = dict(pairs)
    if len(found) < len(pairs):
        repeated += [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
    return found


def read_declared_files(text: bytes) -> dict[str, str] | None:
    """Read the hashes by file off a contract even if the rest of it is faulty; None if it names none."""
    try:
        files = json.loads(text)["files"]
        return {str(name): str(value) for name, value in files.items()}
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None


def find_contradictions(contract: Contract) -> Iterator[Fault]:
    """Find what the types cannot say: parts of the contract that do not fit each other."""
    if contract.schema_version == 1:
        # Programs that know version 1 only would refuse the bundle.
        yield from (
            _fault(key, english("This key came with schema_version 2; say so there."))
            for key, given in find_new_parts(contract).items()
            if given
        )
    yield from _check_task(contract.task)
    yield from _check_input(contract)
    yield from _check_output(contract)
    yield from _check_decision(contract)


def _check_task(task: Task) -> Iterator[Fault]:
    names = task.names
    if len(set(names)) != len(names):
        yield _fault("task.labels", english("Two labels have the same name."))
    if task.normal is not None and task.normal not in names:
        yield _fault("task.normal", english("This is not one of the labels."))
    if task.kind == "binary" and len(names) != 2:
        yield _fault("task.labels", english("A binary model has two labels: the negative one, then the positive one."))
    if task.kind == "multiclass" and len(names) < 2:
        yield _fault("task.labels", english("A multiclass model has at least two labels."))
    if task.kind == "several_outputs":
        heads = [name for head in task.heads for name in head]
        if heads != list(names) or not all(task.heads):
            yield _fault(
                "task.heads", english("The heads must name every label exactly once, in the order of the labels.")
            )
        yield from _check_conditions(task)
    elif task.heads or task.asked_if:
        key = "task.heads" if task.heads else "task.asked_if"
        yield _fault(key, english("Only a model with several outputs has heads."))


def _check_conditions(task: Task) -> Iterator[Fault]:
    if task.asked_if and len(task.asked_if) != len(task.heads):
        yield _fault("task.asked_if", english("This list needs one label (or null) for each head, or must be empty."))
        return
    for number, label in enumerate(task.asked_if):
        if label is not None and label not in {name for head in task.heads[:number] for name in head}:
            yield _fault(f"task.asked_if[{number}]", english("This must be null, or a label of an earlier head."))


def _check_input(contract: Contract) -> Iterator[Fault]:
    rule = contract.input.intensity
    if isinstance(rule, Percentile) and rule.low >= rule.high:
        yield _fault("input.intensity", english("The low percentile must be below the high one."))
    population = contract.intended_use.population.age_years
    if population is not None and population[0] > population[1]:
        yield _fault("intended_use.population.age_years", english("The least age must not be above the greatest."))


def _check_output(contract: Contract) -> Iterator[Fault]:
    kind, output = contract.task.kind, contract.output
    allowed = {
        "multiclass": ("softmax", "none"),
        "multilabel": ("sigmoid", "none"),
        "binary": ("sigmoid", "none"),
        "several_outputs": ("softmax", "sigmoid", "none"),
    }[kind]
    if output.activation not in allowed:
        named = kind.replace("_", " ")
        yield _fault(
            "output.activation",
            english("The activation of a {named} model is {allowed}.", named=named, allowed=_either(allowed)),
        )
    if output.activation == "none" and contract.calibration is not None:
        yield _fault("calibration", english("A temperature needs logits, and this graph returns probabilities."))
    method = contract.explanation.method
    if method in ("grad_cam", "hires_cam") and output.cams is None:
        yield _fault(
            "output.cams",
            english("The explanation is {method}, so the graph must have an output with class maps.", method=method),
        )
    for alpha in () if contract.conformal is None else contract.conformal.q_hat:
        if not re.fullmatch(r"0?\.\d+", alpha):
            yield _fault(
                f"conformal.q_hat.{alpha}", english("This key must be a share between 0 and 1, for example 0.1.")
            )
    if contract.out_of_distribution is not None:
        if output.features is None:
            yield _fault(
                "output.features", english("The out-of-distribution score needs the pooled features of the graph.")
            )
        if contract.out_of_distribution.statistics not in contract.files:
            yield _fault("out_of_distribution.statistics", english("This file is not among the files of the bundle."))
        for name in sorted(set(contract.out_of_distribution.refused_by_label) - set(contract.task.names)):
            yield _fault(f"out_of_distribution.refused_by_label.{name}", english("This is not one of the labels."))


def _check_decision(contract: Contract) -> Iterator[Fault]:
    names, rule = contract.task.names, contract.decision
    if isinstance(rule, Thresholds):
        yield from _check_thresholds("decision.values", set(rule.values), set(names))
    elif isinstance(rule, TwoStep):
        if rule.normal not in names:
            yield _fault("decision.normal", english("This is not one of the labels."))
        else:
            yield from _check_thresholds("decision.values", set(rule.values), set(names) - {rule.normal})
    elif isinstance(rule, Bands):
        lows = [band.low for band in rule.bands]
        if rule.label not in names:
            yield _fault("decision.label", english("This is not one of the labels."))
        if lows[0] != 0 or any(low >= high for low, high in pairwise(lows)):
            yield _fault(
                "decision.bands", english("The bands must begin at 0 and rise, so that every probability is in one.")
            )


def _check_thresholds(key: str, have: set[str], need: set[str]) -> Iterator[Fault]:
    for name in sorted(need - have):
        yield _fault(f"{key}.{name}", english("This label has no threshold."))
    for name in sorted(have - need):
        yield _fault(f"{key}.{name}", english("This is not a label that needs a threshold."))


def _fault(key_path: str, sentence: str) -> Fault:
    return Fault(ModelCode.SCHEMA, key_path[:_MAX_KEY_PATH], sentence)


def _is_echo(error: Any, found: list[Any]) -> bool:
    """Return whether a list is "too short" only because its items are wrong, which is told of each of them."""
    location = error["loc"]
    return error["type"] == "too_short" and any(
        other["loc"][: len(location)] == location for other in found if len(other["loc"]) > len(location)
    )


def _path_of(document: Any, error: Any) -> str:
    """Return the path of the key to be changed; of a union it is the key that says which kind it is."""
    path = _find_key_path(document, error["loc"])
    if error["type"] in ("union_tag_not_found", "union_tag_invalid"):
        return f"{path}.{_find_tag_key(error)}"
    return path


def _find_tag_key(error: Any) -> str:
    return str(error["ctx"]["discriminator"]).strip("'")


def _sentence_of(error: Any) -> str:
    context = error.get("ctx", {})
    match error["type"]:
        case "missing":
            return _say_missing(error["loc"])
        case "extra_forbidden":
            keys = _list_keys_at(error["loc"][:-1])
            if not keys:
                return english("This key is not part of the contract.")
            return english("This key is not part of the contract; here it knows {keys}.", keys=", ".join(keys))
        case "tuple_type" | "dict_type" | "model_type" | "model_attributes_type" | "literal_error":
            return english("This must be {expected}.", expected=_describe_expected_at(error["loc"]))
        case "union_tag_not_found":
            return _say_missing((*error["loc"], _find_tag_key(error)))
        case "union_tag_invalid":
            return english("This must be {expected}.", expected=context["expected_tags"])
        case "value_error":
            return str(context["error"].args[0])
        case "greater_than":
            return english("This must be greater than {least}.", least=context["gt"])
        case "greater_than_equal":
            return english("This must be at least {least}.", least=context["ge"])
        case "less_than":
            return english("This must be less than {most}.", most=context["lt"])
        case "less_than_equal":
            return english("This must be at most {most}.", most=context["le"])
        case "too_short" | "too_long":
            return english(
                "This list has {count} items, which is not the number asked for.", count=context["actual_length"]
            )
        case known:
            return _SENTENCES.get(known, english("This value does not have the form that is asked for here."))


def _say_missing(location: Location) -> str:
    return english("This key is required and missing: {expected}.", expected=_describe_expected_at(location))


def _find_key_path(document: Any, location: tuple[int | str, ...]) -> str:
    """Return the path of a fault in the document: pydantic also names the chosen kind of a union, which is no key."""
    path, here, is_told = "", document, False
    for number, step in enumerate(location):
        if isinstance(here, list) and isinstance(step, int):
            path += f"[{step}]"
            here = here[step] if step < len(here) else None
            continue
        # The rule `bands` has a key of the same name: the first of the two is the kind.
        if isinstance(here, dict) and not is_told and step in (here.get("rule"), here.get("method")):
            is_told = True
            continue
        if isinstance(here, dict) and step in here:
            here, is_told = here[step], False
        elif number < len(location) - 1:
            continue
        path += f".{step}" if path else str(step)
    return path


# --- expected values in words, read off the schema so that they cannot differ from what is checked


def _describe_expected_at(location: Location) -> str:
    """Describe the value expected at a location, as in "a list of 2 whole numbers"; "a value" if there is none."""
    found = _find_schema_at(location)
    return english("a value") if found is None else _describe(found)


def _list_keys_at(location: Location) -> tuple[str, ...]:
    """Return the keys that an object at a location may have; empty if it is no object, or if its keys are free."""
    found = _find_schema_at(location)
    return () if found is None else tuple(found.get("properties", ()))


@cache
def _read_schema() -> dict[str, Any]:
    return Contract.model_json_schema()


def _find_schema_at(location: Location) -> dict[str, Any] | None:
    here: dict[str, Any] | None = _resolve(_read_schema())
    for step in location:
        if here is None:
            return None
        here = _step_into(here, step)
    return here


def _step_into(schema: dict[str, Any], step: int | str) -> dict[str, Any] | None:
    if isinstance(step, int):
        fixed = schema.get("prefixItems", [])
        found = fixed[step] if step < len(fixed) else schema.get("items")
    elif "discriminator" in schema:
        mapping = schema["discriminator"]["mapping"]
        if step == schema["discriminator"]["propertyName"]:
            return {"enum": list(mapping)}
        found = {"$ref": mapping[step]} if step in mapping else None
    else:
        found = schema.get("properties", {}).get(step) or schema.get("additionalProperties")
    return _resolve(found) if isinstance(found, dict) else None


def _resolve(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema behind a reference, and the one beside null if a value may be missing."""
    if "$ref" in schema:
        return _resolve(_read_schema()["$defs"][schema["$ref"].rpartition("/")[2]])
    kinds = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return _resolve(kinds[0]) if len(kinds) == 1 else schema


def _describe(schema: dict[str, Any], *, many: bool = False) -> str:
    schema = _resolve(schema)
    if "const" in schema:
        return repr(schema["const"])
    if "enum" in schema:
        return _either(map(repr, schema["enum"]))
    if "discriminator" in schema:
        kinds = schema["discriminator"]
        return english(
            "an object whose `{key}` is {kinds}", key=kinds["propertyName"], kinds=_either(map(repr, kinds["mapping"]))
        )
    if schema.get("type") == "array":
        return _describe_list(schema, many=many)
    if schema.get("type") == "object":
        return _describe_object(", ".join(schema.get("properties", ())), many=many)
    unknown = english("values") if many else english("a value")
    return (_MANY if many else _ONE).get(str(schema.get("type")), unknown)


def _describe_object(keys: str, *, many: bool) -> str:
    if not keys:
        return english("objects with keys") if many else english("an object with keys")
    if many:
        return english("objects with the keys {keys}", keys=keys)
    return english("an object with the keys {keys}", keys=keys)


def _describe_list(schema: dict[str, Any], *, many: bool) -> str:
    fixed = schema.get("prefixItems")
    item = fixed[0] if fixed else schema.get("items", {})
    if fixed and all("const" in one for one in fixed):
        return "[" + ", ".join(repr(one["const"]) for one in fixed) + "]"
    items = _describe(item, many=True)
    if fixed:
        items = Text("{count} {items}", facts={"count": len(fixed), "items": items})
    return english("lists of {items}", items=items) if many else english("a list of {items}", items=items)


def _either(words: Iterable[str]) -> str:
    """Return words with "or" between them."""
    return reduce(lambda one, other: english("{one} or {other}", one=one, other=other), words)
