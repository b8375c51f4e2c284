"""Trains an LSTM on any text and generates more in its style.

    import lstm_textgen
    model = lstm_textgen.train("lol.txt", epochs=3)
    print(lstm_textgen.load("model").generate("heylo", length=200))
"""
import importlib
import os
import sys

try:
    import hy  # makes the .hy modules importable
except KeyboardInterrupt:
    # Ctrl-C ends our own program without a traceback; importers of the package get the error.
    if os.path.basename(sys.argv[0]).startswith(("-m", "lstm-textgen", "train.hy")):
        raise SystemExit(130) from None
    raise

__version__ = "0.4.0"

_HOMES = {
    "TextModel": "textmodel",
    "train": "textmodel",
    "load": "textmodel",
    "import_page": "textmodel",
    "Interrupted": "basics.interrupts",
    "load_recipe": "recipes",
    "Recipe": "recipes",
    "Display": "display.plain",
    "Score": "writing.scoring",
    "StepError": "prep",
    "Vocabulary": "text.units",
    "Characters": "text.units",
    "Words": "text.units",
}
__all__ = ["__version__", *_HOMES]


def __getattr__(name):
    """Import a public name when it is first asked for, so that importing the package is fast."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *_HOMES})
