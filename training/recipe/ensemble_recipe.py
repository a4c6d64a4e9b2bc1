"""The recipe of an ensemble: which models are averaged, and what the bundle says of itself."""

from typing import Literal

from pydantic import Field

from inference.contract.contract import ContractPart, IntendedUse, Positive
from training.recipe.recipe import DecisionRule, Identity


class EnsembleMember(ContractPart):
    """One member: an evaluated run, or a bundle of ours, and its share in the mean."""

    path: str
    """The folder; one that is not absolute stands beside the recipe's file, or else where the command is given."""
    share: Positive = 1.0


class EnsembleRecipe(ContractPart):
    """A whole recipe. Labels, input and split are those of the members, which must agree in them."""

    kind: Literal["ensemble"]
    combine: Literal["mean", "vote"] = "mean"
    """The probabilities are the mean of the members' calibrated ones, or the shares of their votes: each member votes
    for its most probable label (a label alone, from 0.5). Equal shares are a tie, on which `decision` decides."""
    about: str
    bundle: Identity
    members: tuple[EnsembleMember, ...] = Field(min_length=2, max_length=16)
    decision: DecisionRule
    heatmap_notice: str
    intended_use: IntendedUse
