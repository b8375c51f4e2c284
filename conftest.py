"""Lets pytest collect tests/test_*.hy, explains failed asserts in full, lends tests a model."""
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
    if not (file_path.name.startswith("test_") and file_path.suffix == ".hy"):
        return None
    # What the other tests import takes seconds, and need not be installed for `-m quick`.
    quick = b"pytest.mark.quick" in file_path.read_bytes()
    if parent.config.option.markexpr == "quick" and not quick:
        return None
    return pytest.Module.from_parent(parent, path=file_path)


@pytest.fixture(scope="session")
def trained_once(tmp_path_factory):
    """The folder of a small model that was trained for two epochs; no test may change it."""
    from tests.helpers import train_tiny

    folder = tmp_path_factory.mktemp("trained")
    train_tiny(folder)
    return folder


@pytest.fixture
def trained(trained_once, tmp_path):
    """A folder of the test's own with `text.txt` and `model.h5`, trained on it for two epochs."""
    for name in ["text.txt", "model.h5"]:
        (tmp_path / name).write_bytes((trained_once / name).read_bytes())
    return tmp_path
