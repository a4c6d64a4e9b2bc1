"""The catalogue of models: those that come with the program, and those in the person's own folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

import resources
from imaging.base.english import english
from imaging.base.errors import Refusal
from imaging.base.leftovers import recover_folders, sweep_leftovers
from imaging.base.policy import DEFAULT_POLICY, ReadingPolicy
from inference.bundle.bundle import load_bundle
from inference.bundle.provisional import open_onnx
from inference.contract.codes import Fault, ModelCode
from inference.contract.contract import Contract
from inference.contract.contract_check import CONTRACT_FILE, read_contract
from inference.contract.storage import Bundle, BundleFiles, open_bundle_files, sha256_of


@dataclass(frozen=True, eq=False)
class CatalogModel:
    """A bundle as its contract alone describes it; its files are checked when it is loaded.

    If the contract cannot be read, `contract` is None and `faults` say why.
    """

    path: Path
    contract: Contract | None
    sha256: str
    faults: tuple[Fault, ...]

    @property
    def id(self) -> str:
        """Return the name that `resolve_model` knows it by; that of its folder if the contract cannot be read."""
        return self.path.stem if self.contract is None else self.contract.id


def list_installed(folders: Sequence[Path] | None = None) -> tuple[CatalogModel, ...]:
    """List the bundles in `folders` (by default: of the program, then of the person), sorted by name in each folder.

    A broken bundle is listed with its faults. A second bundle of the same id is listed as one: it cannot be reached.
    """
    found: list[CatalogModel] = []
    for folder in default_folders() if folders is None else folders:
        for path in _find_bundles(folder):
            one = _read_installed(path)
            if one.contract is not None and any(other.id == one.id for other in found if other.contract is not None):
                fault = Fault(
                    ModelCode.SCHEMA,
                    "id",
                    english("Another bundle with the id `{id}` comes before this one.", id=one.id),
                )
                one = CatalogModel(path, None, one.sha256, (fault,))
            found.append(one)
    return tuple(found)


def resolve_model(
    model: str, folders: Sequence[Path] | None = None, *, policy: ReadingPolicy = DEFAULT_POLICY
) -> Bundle:
    """Load the model that was named: an installed id, a bundle's folder or zip, or an ONNX file. Raises `Refusal`."""
    known = list_installed(folders)
    for one in known:
        if one.contract is not None and one.id == model:
            return load_bundle(one.path, policy)
    path = Path(model)
    if path.suffix.lower() == ".onnx":
        return open_onnx(path, policy)
    if path.exists():
        return load_bundle(path, policy)
    names = ", ".join(one.id for one in known if one.contract is not None) or "none"
    raise Refusal(
        ModelCode.UNKNOWN_MODEL, english("There is no model `{model}`. Installed: {names}.", model=model, names=names)
    )


def default_folders() -> tuple[Path, ...]:
    """Return the folders of bundles: the program's own, then `user_models_folder`."""
    return Path(resources.__file__).parent / "models", user_models_folder()


def user_models_folder() -> Path:
    """Return the folder of the person's own bundles; it may not exist yet."""
    return platformdirs.user_data_path("slicelens", appauthor=False) / "models"


def _find_bundles(folder: Path) -> list[Path]:
    sweep_leftovers(folder)
    recover_folders(folder)
    try:
        inside = sorted(folder.iterdir())
    except OSError:
        return []
    shown = (path for path in inside if not path.name.startswith("."))
    return [path for path in shown if path.suffix.lower() == ".slb" or _is_bundle_folder(path)]


def _is_bundle_folder(path: Path) -> bool:
    try:
        return (path / CONTRACT_FILE).is_file()
    except OSError:
        # A folder that may not be looked into.
        return False


def _read_installed(path: Path) -> CatalogModel:
    try:
        files: BundleFiles = open_bundle_files(path)
        text = files.read(CONTRACT_FILE)
    except Refusal as refusal:
        return CatalogModel(path, None, "", (Fault(refusal.code, "", refusal.message),))
    contract, faults = read_contract(text)
    return CatalogModel(path, None if faults else contract, sha256_of(text), tuple(faults))
