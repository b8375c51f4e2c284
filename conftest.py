"""Lets pytest collect tests/test_*.hy and explain their failed asserts in full."""
import hy
import hy.importer
import pytest
from _pytest.assertion.rewrite import rewrite_asserts

_compile = hy.importer.hy_compile


def _compile_tests(tree, module, *args, **kwargs):
    out = _compile(tree, module, *args, **kwargs)
    if getattr(module, "__name__", "").rpartition(".")[2].startswith("test_"):
        rewrite_asserts(out, b"")
    return out


hy.importer.hy_compile = _compile_tests


def pytest_collect_file(file_path, parent):
    if file_path.name.startswith("test_") and file_path.suffix == ".hy":
        return pytest.Module.from_parent(parent, path=file_path)
