"""`slicelens-train export`: write an evaluated run, or an ensemble of them, as a bundle."""

import argparse
from pathlib import Path

from imaging.base.errors import Code, Refusal
from training.cli.commands.terminal import Commands, run_with_bar
from training.recipe.recipe_files import find_ensemble

_ABOUT = """\
Write an evaluated run as a bundle: an ONNX graph that answers with the score and the heatmap of every class in one
pass, the weights for torch, the recipe, figures and a model card. Refused where ONNX and torch differ by more than
1e-4 in a probability or 5e-3 in a heatmap; the golden pairs inside prove it again wherever the bundle is opened.

RUN may also be the recipe of an ensemble (see training/recipes/ensembles). Its members are then judged together on the
test part of their common split, for which --data is needed, and become one graph.

  slicelens-train export runs/pneumonia_lite0 --out pneumonia-cxr/
  slicelens-train export ensemble.toml --data brain_tumor/ --out ensemble/"""


def add(commands: Commands) -> None:
    """Describe the command's arguments."""
    parser = commands.add_parser(
        "export",
        help="write an evaluated run or an ensemble as a bundle; proves that ONNX equals torch",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="a run's folder, or the recipe of an ensemble")
    parser.add_argument("--out", type=Path, required=True, help="the bundle's folder (its content is replaced)")
    parser.add_argument("--data", type=Path, help="for an ensemble: the data that its members were trained with")
    parser.set_defaults(command=export)


def export(chosen: argparse.Namespace) -> int:
    """Export, and print what was proved. Returns the exit code; raises `Refusal`."""
    recipe = find_ensemble(chosen.run)
    if recipe is None:
        # torch takes seconds to import; a wrong argument is told at once.
        from training.export.export import export_run

        print(export_run(chosen.run, chosen.out))
        return 0
    if chosen.data is None:
        raise Refusal(Code.ARGUMENT, f"{recipe}: an ensemble is judged when it is exported; give its data with --data.")
    from training.export.ensemble import export_ensemble

    print(run_with_bar(export_ensemble(recipe, chosen.data, chosen.out)))
    return 0
