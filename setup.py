"""The definition of the package `lstm_textgen`, and how its Hy code becomes bytecode."""
import os
import py_compile
import sys

import setuptools
from setuptools.command.install import install


class InstallWithBytecode(install):
    """Put bytecode for the .hy modules into what is installed: pip compiles only .py."""

    def run(self):
        super().run()
        import hy  # teaches py_compile to compile .hy

        root = os.path.abspath(self.install_lib)
        package = os.path.join(root, "lstm_textgen") + os.sep
        sys.path.insert(0, root)  # so that the package's own `require`s resolve
        try:
            for path in sorted(set(map(os.path.abspath, self.get_outputs()))):
                if path.startswith(package) and path.endswith(".hy"):
                    py_compile.compile(
                        path, doraise=True,
                        invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
        finally:
            sys.path.remove(root)


setuptools.setup(
    name="lstm_textgen",
    version="0.1.0",
    description="Learns to write like any text, one character or word at a time, with an LSTM",
    long_description=open("README.md", encoding="utf-8").read(),
    long_description_content_type="text/markdown",
    license="MIT",
    python_requires=">=3.11",
    install_requires=[
        "hy >= 1.3.1, < 2",
        "hyrule >= 1.1, < 2",
        "keras >= 3.15, < 4",
        "tensorflow >= 2.21, < 3",
        "numpy >= 2, < 3",
        "h5py >= 3.12, < 4",
        "charset-normalizer >= 3",
        "filelock >= 4.2",
        "httpx >= 0.28, < 1",
        "platformdirs >= 4",
        "rich >= 13",
        "shtab >= 1.7",
        "threadpoolctl >= 3",
    ],
    extras_require={
        "test": ["pytest >= 8", "hypothesis >= 6", "setuptools >= 70.1", "jax >= 0.6", "torch >= 2.6"],
        "jax": ["jax >= 0.6"],
        "torch": ["torch >= 2.6"],
        "cuda": ["tensorflow[and-cuda] >= 2.21, < 3"],
        "bench": ["torch >= 2.6"],
    },
    packages=setuptools.find_namespace_packages(
        include=["lstm_textgen", "lstm_textgen.*"], exclude=["*.__pycache__"]),
    package_data={"": ["*.hy", "*.pyi", "py.typed", "*.html", "*.css"]},
    scripts=["train.hy"],
    entry_points={"console_scripts": ["lstm-textgen = lstm_textgen.cli:main"]},
    cmdclass={"install": InstallWithBytecode},
)
