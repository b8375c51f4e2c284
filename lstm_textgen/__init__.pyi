"""The types of the package's public face, for editors and type checkers."""
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import IO, Any, Literal, Protocol, Self, TypeAlias, overload

import numpy as np
import numpy.typing as npt

__version__: str
__all__: list[str]

_Path: TypeAlias = str | PathLike[str]
_Source: TypeAlias = _Path | IO[str] | IO[bytes]
_Prep: TypeAlias = Callable[[str], str]
_Step: TypeAlias = str | tuple[Any, ...] | list[Any] | _Prep
_Temperature: TypeAlias = float | Sequence[float]
_Items: TypeAlias = Literal["line", "paragraph"]
_Unit: TypeAlias = Literal["characters", "pieces", "words"]
_Warn: TypeAlias = Callable[[str], object]

class Vocabulary:
    unit: str
    units: list[str]
    ids: dict[str, int]
    size: int
    unknown: int | None
    def __init__(self, units: list[str]) -> None: ...
    @classmethod
    def build(cls, chunks: Iterable[str], most: int | None = None) -> Self: ...
    def __len__(self) -> int: ...
    def encode(self, text: str) -> npt.NDArray[np.unsignedinteger[Any]]: ...
    def decode(self, ids: Sequence[int] | npt.NDArray[Any]) -> str: ...

class Characters(Vocabulary): ...
class Words(Vocabulary): ...

class StepError(ValueError): ...

class _Settings(Protocol):
    # settings
    items: _Items | None
    encoding: str
    lower: bool
    join_lines: int | None
    unit: _Unit
    max_words: int | None
    validation: float
    layers: Any
    lookback: int
    epochs: int
    patience: int
    learning_rate: float
    batch_size: int
    stride: int
    temperature: float | list[float] | None
    rng_seed: int
    def as_dict(self) -> dict[str, Any]: ...

class _Facts(Protocol):
    # facts
    embedding: int
    beginning: str
    seed_text: str
    title: str | None
    recipe: str | None
    base: str | None
    why: str
    devices: str
    digests: list[str] | None
    people: list[str] | None
    names: str | None
    longest_run: int
    unbroken: str | None
    longest_item: int | None
    long_item: int | None
    median_item: int | None
    item_lines: int | None
    item_ends: str | None

class _NamedCell(Protocol):
    layer: int
    cell: int
    name: str
    correlation: float

class _Cells(Protocol):
    units: list[str]
    activations: list[npt.NDArray[np.float32]]
    named: list[_NamedCell]

class _Suggestion(Protocol):
    text: str
    word: str
    probability: float

@dataclass
class Score:
    nats: float = 0.0
    count: int = 0
    hits: int = 0
    unknowns: int = 0
    characters: int = 0
    @property
    def bits(self) -> float: ...
    @property
    def perplexity(self) -> float: ...
    @property
    def accuracy(self) -> float: ...

_Scored: TypeAlias = tuple[Score, list[str], npt.NDArray[np.float64]]

@dataclass
class Recipe:
    name: str
    doc: str | None
    prep: _Prep | None
    settings: dict[str, Any]
    folder: Path | None = None

class Display:
    unit: str
    def __init__(self, words: _Prep = ...) -> None: ...
    def say(self, text: str) -> None: ...
    def warn(self, text: str) -> None: ...
    def doing(self, text: str) -> None: ...
    def download(self, url: str, done: int, total: int | None) -> None: ...
    def begin_download(self, url: str, total: int | None) -> None: ...
    def begin_run(self, plan: Any) -> None: ...
    def begin_epoch(self, epoch: int, epochs: int, units: int, done: int) -> None: ...
    def step(self, done: int, loss: float, progress: float = 0) -> None: ...
    def speed(self) -> float: ...
    def saved(self) -> None: ...
    def end_bar(self) -> None: ...
    def end_epoch(self, entry: dict[str, Any], better: bool, sample: str) -> None: ...
    def end_run(self, text: str) -> None: ...

class Interrupted(KeyboardInterrupt):
    number: int
    def __init__(self, number: int) -> None: ...

class TextModel:
    checkpoint: Any
    name: str
    def __init__(self, checkpoint: Any, name: str = "model") -> None: ...
    @property
    def vocabulary(self) -> Vocabulary: ...
    @property
    def settings(self) -> _Settings: ...
    @property
    def facts(self) -> _Facts: ...
    @property
    def trained(self) -> bool: ...
    @property
    def history(self) -> list[dict[str, Any]]: ...
    def prepare(self, text: str) -> str: ...
    def prepare_pieces(self, chunks: Iterable[str]) -> Iterator[str]: ...
    def stream(
        self, seed: str = "", *, warn: _Warn | None = None,
        # settings: write
        length: int | None = None, stop: str | Sequence[str] | None = None,
        sentences: int | None = None,
        match: str | re.Pattern[str] | Callable[[str], object] | None = None,
        no_repeat: int | None = None, no_copy: int | None = None,
        temperature: _Temperature | None = None, top_k: int | None = None,
        top_p: float | None = None, min_p: float = 0.1, rng_seed: int | None = None,
    ) -> Generator[str, None, None]: ...
    # A str is an Iterable[str] too, but the first that fits is meant.
    @overload
    def generate(  # type: ignore[overload-overlap]
        self, seed: str = "", length: int | None = ..., samples: None = None, *,
        new: bool = False, best_of: int | None = None, warn: _Warn | None = None,
        # settings: write
        stop: str | Sequence[str] | None = None, sentences: int | None = None,
        match: str | re.Pattern[str] | Callable[[str], object] | None = None,
        no_repeat: int | None = None, no_copy: int | None = None,
        temperature: _Temperature | None = None, top_k: int | None = None,
        top_p: float | None = None, min_p: float = 0.1, rng_seed: int | None = None,
    ) -> str: ...
    @overload
    def generate(
        self, seed: Iterable[str] = "", length: int | None = ..., samples: int = ..., *,
        new: bool = False, best_of: int | None = None, warn: _Warn | None = None,
        # settings: write
        stop: str | Sequence[str] | None = None, sentences: int | None = None,
        match: str | re.Pattern[str] | Callable[[str], object] | None = None,
        no_repeat: int | None = None, no_copy: int | None = None,
        temperature: _Temperature | None = None, top_k: int | None = None,
        top_p: float | None = None, min_p: float = 0.1, rng_seed: int | None = None,
    ) -> list[str]: ...
    @overload
    def generate(
        self, seed: Iterable[str] = "", length: int | None = ..., samples: None = None, *,
        new: bool = False, best_of: int | None = None, warn: _Warn | None = None,
        # settings: write
        stop: str | Sequence[str] | None = None, sentences: int | None = None,
        match: str | re.Pattern[str] | Callable[[str], object] | None = None,
        no_repeat: int | None = None, no_copy: int | None = None,
        temperature: _Temperature | None = None, top_k: int | None = None,
        top_p: float | None = None, min_p: float = 0.1, rng_seed: int | None = None,
    ) -> list[str]: ...
    def next_unit(self, seed: str = "") -> tuple[list[str], npt.NDArray[np.float64]]: ...
    def suggest(
        self, text: str = "", *, count: int = 9, words: int = 1,
    ) -> list[_Suggestion]: ...
    @overload
    def score(self, text: str) -> _Scored: ...  # type: ignore[overload-overlap]
    @overload
    def score(self, text: Iterable[str]) -> list[_Scored]: ...
    def cells(self, text: str) -> _Cells: ...
    def save(self, path: _Path, *, small: bool = False) -> None: ...
    def page(
        self, path: _Path, *others: TextModel, temperature: float | None = None,
        length: int | None = None, min_p: float | None = None,
        names: bool = True, overwrite: bool = False,
    ) -> None: ...
    def to_keras(self) -> Any: ...

def load(path: _Path | bytes | IO[bytes]) -> TextModel: ...
def import_page(path: _Path) -> list[TextModel]: ...
def train(
    sources: _Source | Iterable[_Source] | None = None, path: _Path = "model", *,
    text: str | Iterable[str] | None = None, recipe: Recipe | _Path | None = None,
    prep: _Step | list[_Step] | None = None, display: Display | None = None,
    callbacks: Any | Sequence[Any] = (),
    # settings: train
    only: str | None = None, column: str | Sequence[str] | None = None,
    where: str | Sequence[str] | None = None, items: _Items | None = None,
    max_download: float = 1024, encoding: str | None = None, lower: bool | None = None,
    join_lines: int | None = None, unit: _Unit | None = None, max_words: int | None = None,
    validation: float | None = None, base: _Path | None = None,
    layers: str | int | Sequence[str | int] | None = None, lookback: int | None = None,
    epochs: int | None = None, minutes: float | None = None, patience: int | None = None,
    learning_rate: float | None = None, batch_size: int | None = None, stride: int | None = None,
    save_every: float = 10, csv: _Path | None = None, restart: bool = False,
    add_text: bool = False, distributed: bool = False, quiet: bool = False,
    temperature: _Temperature | None = None, overwrite: bool = False, rng_seed: int | None = None,
) -> TextModel: ...
def load_recipe(path: _Path) -> Recipe: ...
