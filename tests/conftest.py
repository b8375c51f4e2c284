"""Lets pytest collect test_*.hy, explains failed asserts in full, lends tests a model."""
import asyncio
import math
import os
import re
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from importlib import metadata, util
from importlib.machinery import SourceFileLoader
from pathlib import Path

import hy
import hy.importer
import pytest
from _pytest.assertion.rewrite import rewrite_asserts
from tests.forkserver import COUNTING, FORKS, QUICK

ROOT = Path(__file__).parents[1]
# XLA compiles in half the time where it neither optimizes nor generates code by MLIR. Where it
# doesn't know a flag it ends the process, so forkserver.hy takes the second from JAX.
HASTY = "--xla_backend_optimization_level=0"
if util.find_spec("tensorflow") and metadata.version("tensorflow").startswith("2.21."):
    HASTY += " --xla_cpu_use_fusion_emitters=false"

# Examples are the same in each run, and may take their time on a busy machine.
if util.find_spec("hypothesis"):
    from hypothesis import settings

    longer = "LSTM_TEXTGEN_FUZZ" in os.environ  # then they are others each time
    settings.register_profile("calm", deadline=None, derandomize=not longer, database=None)
    settings.load_profile("calm")

_compile = hy.importer.hy_compile


def _compile_tests(tree, module, *args, **kwargs):
    out = _compile(tree, module, *args, **kwargs)
    if getattr(module, "__name__", "").rpartition(".")[2].startswith("test_"):
        rewrite_asserts(out, b"")
    return out


hy.importer.hy_compile = _compile_tests
# Every process that a test starts would compile the whole package otherwise.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# A shell lets what it starts in the background ignore Ctrl-C, and nohup SIGHUP; tests send both.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_configure(config):
    """Compile the Hy modules, and start the server that forks: once, for all workers."""
    if config.option.markexpr == "quick":
        config.option.markexpr = QUICK
    if hasattr(config, "workerinput"):
        return
    modules = [path for folder in ["lstm_textgen", "tests", "tools"]
               for path in sorted((ROOT / folder).rglob("*.hy")) if not _left_out(path, config)]
    with ProcessPoolExecutor() as pool:
        list(pool.map(_compile_module, modules, chunksize=8))
    folder = tempfile.TemporaryDirectory(prefix="lstm_textgen-tests-")
    config.add_cleanup(folder.cleanup)
    os.environ.update(_settings_of_backends(folder.name))
    server = subprocess.Popen(
        [sys.executable, "-c", "import hy; import tests.forkserver as s; s.main()",
         folder.name, config.option.markexpr],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE)
    config.add_cleanup(lambda: server.communicate())
    os.environ[FORKS] = folder.name


def _settings_of_backends(folder, name="hasty", flags=HASTY):
    """Return environment variables that let backends keep in `folder` what they have compiled."""
    given = os.environ.get("XLA_FLAGS", "").replace(HASTY, "")
    return {
        "XLA_FLAGS": f"{given} {flags}".strip(),
        "TF_XLA_FLAGS": f"--tf_xla_persistent_cache_directory={folder}/tensorflow-{name}",
        "JAX_COMPILATION_CACHE_DIR": f"{folder}/jax-compiled",
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        # Tests share the cores: NumPy's and PyTorch's threads would wait for one another, busily.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_WAIT_POLICY": "PASSIVE",
    }


def _compile_module(path):
    """Write the bytecode of the Hy module at `path`, unless it is there."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    SourceFileLoader(name, str(path)).get_code(name)


def pytest_collect_file(file_path, parent):
    if _is_test(file_path) and not _left_out(file_path, parent.config):
        return pytest.Module.from_parent(parent, path=file_path)
    return None


def _is_test(path):
    return path.match("test_*.hy")


def _left_out(path, config):
    """Return whether `-m quick` leaves out the tests at `path`.

    What they import takes seconds, and need not be installed.
    """
    return (config.option.markexpr == QUICK and _is_test(path)
            and b"pytest.mark.quick" not in path.read_bytes())


def pytest_collection_modifyitems(items):
    """Begin with the files that have slow tests, so that no worker waits long for another."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(autouse=True)
def nothing_runs_on():
    """Kill what a test that failed has left running: it would slow all others down."""
    yield
    started = getattr(sys.modules.get("tests.helpers"), "STARTED", [])
    while started:
        with started.pop() as process:  # which closes its pipes
            process.kill()


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder, which the test enters."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def optimized(monkeypatch):
    """Let XLA optimize, as it does for users, in the processes that a test starts."""
    if FORKS in os.environ:
        for name, value in _settings_of_backends(os.environ[FORKS], "optimized", "").items():
            monkeypatch.setenv(name, value)


@pytest.fixture
def refusal(capsys):
    """Return a function from arguments to the one line with which the program refuses them.

    The program runs in this process.
    """
    from lstm_textgen.cli import main

    def refusal(*arguments):
        capsys.readouterr()
        status = main(list(arguments))
        output, line = capsys.readouterr()
        assert status == 2
        assert re.fullmatch(r"(reading .*\n)?", output)
        assert line.count("\n") == 1, line
        return line

    return refusal


# * A browser

@pytest.fixture(scope="session")
def chromium():
    """The one browser of a session, and the event loop that drives it."""
    from tests.browser import start_browser

    started = start_browser()
    browser = next(started)
    loop = asyncio.get_running_loop()
    asyncio._set_running_loop(None)
    yield browser, loop
    asyncio._set_running_loop(loop)
    next(started, None)


@pytest.fixture
def browser(chromium):
    """The browser; between tests its event loop isn't the thread's, which others may need."""
    browser, loop = chromium
    asyncio._set_running_loop(loop)
    yield browser
    asyncio._set_running_loop(None)


@pytest.fixture
def brief(monkeypatch):
    """Make pages in a tenth of a second: models generate little to find cells in."""
    monkeypatch.setattr("lstm_textgen.pages.playground.SAMPLE", 9)


# * Models

@pytest.fixture
def counting(monkeypatch):
    """Let a learner in NumPy train, here and in forked processes, as counting.hy tells."""
    _count(monkeypatch)


def _count(monkeypatch):
    from tests.counting import CountingLearner

    monkeypatch.setattr("lstm_textgen.learning.training.make_learner", CountingLearner)
    monkeypatch.setattr("lstm_textgen.learning.runs.chance_loss", lambda ids: math.inf)
    monkeypatch.setattr("lstm_textgen.learning.schedule.RESERVE", 1)
    monkeypatch.setattr("lstm_textgen.learning.start.machine_speed", lambda display, minutes: 0.1)
    monkeypatch.setenv(COUNTING, "1")


@pytest.fixture(scope="session")
def trained_once(tmp_path_factory):
    """The folder of a small model that was trained for two epochs; no test may change it."""
    return _trained(tmp_path_factory)


@pytest.fixture(scope="session")
def counted_once(tmp_path_factory):
    """The folder of such a model by the learner in NumPy."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        _count(monkeypatch)
        return _trained(tmp_path_factory)


def _trained(tmp_path_factory):
    from tests.helpers import train_tiny

    folder = tmp_path_factory.mktemp("trained")
    train_tiny(folder)
    return folder


@pytest.fixture
def trained(request, tmp_path):
    """A folder of the test's own with `text.txt` and `model.h5`, trained on it for two epochs."""
    once = "counted_once" if "counting" in request.fixturenames else "trained_once"
    for name in ["text.txt", "model.h5"]:
        content = (request.getfixturevalue(once) / name).read_bytes()
        (tmp_path / name).write_bytes(content)
    return tmp_path
