"""The definition of the package `lstm_textgen`: its files, metadata and dependencies."""
import os
import py_compile
import re
import shutil
import sys
from pathlib import Path

import setuptools
from setuptools.command.build_py import build_py

CACHE_TAG = sys.implementation.cache_tag  # such as cpython-311


class BuildWithBytecode(build_py):
    """Add texts and the bytecode of the .hy modules to the build: pip compiles only .py."""

    def run(self):
        """Build the package in `build_lib`; an editable install uses the source tree."""
        if self.editable_mode:
            return super().run()
        package = Path(self.build_lib, "lstm_textgen")
        # pip builds in the tree, where removed modules would otherwise stay forever.
        shutil.rmtree(package, ignore_errors=True)
        super().run()
        self.mkpath(str(package / "corpora"))
        for text in ["dinosaurs.txt", "lighthouse.txt", "lol.txt"]:
            self.copy_file(f"corpora/{text}", str(package / "corpora"))
        self.copy_tree("corpora/ready", str(package / "corpora" / "ready"))
        compile_below(package)


def compile_below(package):
    """Compile every .hy module in the folder `package`; raise `PyCompileError` if one fails."""
    import hy  # teaches py_compile to compile .hy

    root = package.parent.resolve()
    sys.path.insert(0, str(root))  # so that the package's own `require`s resolve
    writes_none = sys.dont_write_bytecode
    sys.dont_write_bytecode = True  # of the modules that a `require` imports
    try:
        for path in sorted(package.rglob("*.hy")):
            py_compile.compile(
                str(path),
                # Named here, as PYTHONPYCACHEPREFIX and -O would have it elsewhere.
                cfile=str(path.parent / "__pycache__" / f"{path.stem}.{CACHE_TAG}.pyc"),
                dfile=path.resolve().relative_to(root).as_posix(),
                doraise=True,
                optimize=0,
                # pip gives files a new time, so what counts is their content.
                invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
    finally:
        sys.path.remove(str(root))
        sys.dont_write_bytecode = writes_none


def version():
    """Return the version in `__init__.py`."""
    text = Path("lstm_textgen/__init__.py").read_text(encoding="utf-8")
    return re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)[1]


def training_requirements():
    """Return the requirements for training on the backend named in LSTM_TEXTGEN_BACKEND.

    An extra can add requirements but never remove any, so the build reads this variable.
    """
    backend = os.environ.get("LSTM_TEXTGEN_BACKEND", "tensorflow")
    if backend == "none":
        return []
    if backend not in BACKENDS:
        names = ", ".join(BACKENDS)
        raise SystemExit(f"LSTM_TEXTGEN_BACKEND is {backend!r}, but must be {names} or none")
    return [KERAS, BACKENDS[backend], TOKENIZERS]


# What writing with a model needs, and nothing that only training does.
WRITING = [
    "charset-normalizer >= 3", "filelock >= 4.2", "h5py >= 3.12, < 4", "httpx >= 0.28, < 1",
    "hy >= 1.3.1, < 2; python_full_version < '3.12' or python_full_version >= '3.12.6'",
    "hy == 1.2.*; python_full_version >= '3.12' and python_full_version < '3.12.6'",
    "hyrule >= 1.1, < 2", "ijson >= 3.4", "numpy >= 2, < 3", "platformdirs >= 4",
    "pypdfium2 >= 5", "python-calamine >= 0.6", "rich >= 13", "selectolax >= 1",
    "striprtf >= 0.0.33", "threadpoolctl >= 3"]
TOKENIZERS = "tokenizers >= 0.20"  # learns pieces
# With JAX 0.12.1 processes that train together wait for each other forever.
JAX = "jax >= 0.6, < 0.12.1"
TORCH = "torch >= 2.6"
BACKENDS = {"tensorflow": "tensorflow >= 2.21, < 3", "jax": JAX, "torch": TORCH}
# What `tools/docs.hy` makes a site with.
DOCS = ["furo >= 2025.9", "myst-parser >= 4", "sphinx >= 8.1, < 10", "sphinx-copybutton >= 0.5.2"]
# What examples/serve.hy needs.
SERVE = ["starlette >= 0.46", "uvicorn >= 0.34"]
KERAS = "keras >= 3.15, < 4"
# What `pytest -m quick`, the lint and the check of types need; training looks for Keras before it
# reads a text, so Keras is there, without a backend.
QUICK = ["check-jsonschema >= 0.30", "codespell >= 2.4", "hypothesis >= 6",
         KERAS, "mypy >= 1.11", "pyflakes >= 3", "pytest >= 9", "pytest-xdist >= 3.8", TOKENIZERS]

setuptools.setup(
    name="lstm_textgen",
    version=version(),
    description="Trains an LSTM on any text and generates more in its style",
    long_description=Path("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    author="the lstm_textgen authors",
    license_expression="MIT",
    license_files=["LICENSE"],
    keywords=["char-rnn", "hy", "keras", "language model", "lisp", "lstm", "text generation"],
    classifiers=[
        "Development Status :: 4 - Beta",
        "Environment :: Console",
        "Intended Audience :: Developers",
        "Intended Audience :: Education",
        "Operating System :: POSIX :: Linux",
        "Programming Language :: Lisp",
        "Programming Language :: Python :: 3 :: Only",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Programming Language :: Python :: Implementation :: CPython",
        "Topic :: Artistic Software",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
        "Topic :: Text Processing :: Linguistic",
        "Typing :: Typed",
    ],
    python_requires=">=3.11",
    install_requires=[*WRITING, *training_requirements()],
    extras_require={
        "test": [
            *QUICK, *SERVE, *DOCS, JAX, TORCH,
            "openai >= 1.60",  # asks the example of a server
            # Pages are tested in Debian's Chromium.
            "axe-playwright-python >= 0.1.4", "playwright >= 1.45",
            # Runs are watched in notebooks, and on a terminal that pyte plays.
            "ipykernel >= 6.29", "nbclient >= 0.10", "pandas >= 2.2", "pyte >= 0.8.2",
            "pillow >= 11",  # makes README's moving picture
            # 7.13 measures the processes that tests start.
            "coverage >= 7.13",
            "markdown-it-py >= 3", "packaging >= 24", "setuptools >= 77.0.3"],
        "quick": QUICK,
        "docs": DOCS,
        "serve": SERVE,
        "jax": [JAX],
        "torch": [TORCH],
        "cuda": ["tensorflow[and-cuda] >= 2.21, < 3"],
        "bench": [TORCH],
    },
    packages=setuptools.find_namespace_packages(
        include=["lstm_textgen", "lstm_textgen.*"], exclude=["*.__pycache__", "*.node_modules*"]),
    package_data={"": ["*.hy", "*.pyi", "py.typed", "*.html", "*.css", "*.js", "*.wasm",
                      "models/*.h5", "phrases.json"]},
    entry_points={
        "console_scripts": [
            "lstm-textgen = lstm_textgen.__main__:main",
            "train.hy = lstm_textgen.__main__:main",
        ],
    },
    cmdclass={"build_py": BuildWithBytecode},
    # Bytecode, and so the wheel, is for one version of Python: others must build their own.
    options={"bdist_wheel": {"python_tag": CACHE_TAG.replace("cpython-", "cp")}},
)
