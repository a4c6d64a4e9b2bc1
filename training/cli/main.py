"""`slicelens-train`: from a folder to a bundle on the command line.

Exit codes: 0 done, and what could not be read is listed · 1 the same under `--strict` · 2 the input or the arguments
were refused, with a sentence · 130 stopped by the user.
"""

import argparse
import sys
from collections.abc import Callable, Sequence

from imaging.base.errors import Refusal, error_line
from imaging.base.heap import keep_freed_memory
from training.cli import data_commands, model_commands, recipe_commands

COMMANDS = (
    recipe_commands.add_new,
    data_commands.add_audit,
    data_commands.add_split,
    model_commands.add_rates,
    model_commands.add_fit,
    model_commands.add_evaluate,
    model_commands.add_export,
    model_commands.add_continue,
    model_commands.add_compare,
    data_commands.add_labels,
    data_commands.add_augmentations,
    recipe_commands.add_recipes,
    recipe_commands.add_keys,
)
"""In the order of `--help`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, by default that of this program's command line, and return the exit code."""
    if arguments is None:
        keep_freed_memory()
    chosen = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = chosen.command
    try:
        return command(chosen)
    except Refusal as refusal:
        print(f"slicelens-train: {error_line(refusal.message, refusal.code)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("slicelens-train: stopped. Continue a fit with --resume.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="slicelens-train", description="Make, judge and export a classifier.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in COMMANDS:
        add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
