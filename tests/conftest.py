"""What holds for every test: no screen, no network, settings of its own, nothing left behind.

A test that leaves a window, a thread, a running timer or a child process fails; where that is the point of the test,
`@pytest.mark.leaves("why")` says so.
"""

import gc
import ipaddress
import os
import socket
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Threads of torch that wait for each other sleep. By default they keep a core busy, which another process could use.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
if sys.platform == "win32":
    # Off the screen Qt finds no font on Windows, and text has neither glyphs nor the right width.
    os.environ.setdefault("QT_QPA_FONTDIR", str(Path(os.environ["SYSTEMROOT"]) / "Fonts"))

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
_EXIT_STATUS = pytest.StashKey[int]()
PATIENCE_SECONDS = 30.0
"""How long threads and processes that are already ending may take to be gone."""
BYTES_PER_PROCESS = 3 * 2**30
"""What a process that runs tests takes with its own child processes; few tests take more, and those for seconds."""

# The same examples in every run: a failure on one machine is one on all. HYPOTHESIS_PROFILE=explore looks further.
_slow_is_fine = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile("same", deadline=None, derandomize=True, database=None, suppress_health_check=_slow_is_fine)
settings.register_profile("explore", deadline=None, max_examples=2000, suppress_health_check=_slow_is_fine)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return in how many processes `dev.py test` runs the tests; 0 means in its own, where they can be watched.

    Files and single tests gain little from more than one, and `-s` shows what a test writes only in that one. All else
    runs beside it even on a single core: a process that crashes or hangs is then a failed test and no more.
    """
    if config.option.capture == "no" or not any(Path(place).is_dir() for place in config.args):
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, psutil.virtual_memory().available // BYTES_PER_PROCESS))


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared data beside the repository; tests that need it are skipped where it is not."""
    if not SHARED.is_dir():
        pytest.skip("the shared data (../shared/data) is not beside this checkout")
    return SHARED


@pytest.fixture(scope="session", autouse=True)
def _figures_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    # One for the whole run: matplotlib takes seconds to build its list of fonts.
    os.environ["MPLCONFIGDIR"] = str(tmp_path_factory.mktemp("matplotlib"))


@pytest.fixture(autouse=True)
def _own_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, caches and installed bundles of the person who runs the tests are neither read nor written."""
    home = tmp_path_factory.mktemp("home")
    for variable in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, str(home))
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(variable, str(home / variable.lower()))


@pytest.fixture(autouse=True)
def _no_fault_unseen(_own_settings: None) -> Iterator[None]:
    """Fails a test in which the program left a report of a fault, unless the test keeps or deletes that report.

    A running program shows exceptions of its slots and jobs and goes on, so pytest-qt never hears of them.
    """
    from desktop.startup.crash_reports import find_unseen

    before = {report.path for report in find_unseen()}
    yield
    if left := [report.text for report in find_unseen() if report.path not in before]:
        pytest.fail("the program met what nobody foresaw:\n" + "\n".join(left), pytrace=False)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slicelens is offline: a connection to another machine, or a look-up of its name, fails the test."""

    def guarded(connect: Callable[[socket.socket, Any], Any]) -> Callable[[socket.socket, Any], Any]:
        def checked(self: socket.socket, address: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_local(address[0]):
                pytest.fail(f"a connection to {address[0]} was attempted")
            return connect(self, address)

        return checked

    look_up = socket.getaddrinfo

    def local_only(host: Any, *rest: Any, **named: Any) -> Any:
        if host is not None and not _is_local(host):
            pytest.fail(f"the name {host} was looked up")
        return look_up(host, *rest, **named)

    monkeypatch.setattr(socket.socket, "connect", guarded(socket.socket.connect))
    monkeypatch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex))
    monkeypatch.setattr(socket, "getaddrinfo", local_only)


def _is_local(host: str | bytes) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in ("", "localhost", socket.gethostname()):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def _nothing_left_behind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fails a test that leaves windows, threads, running timers or child processes behind."""
    threads = set(threading.enumerate())
    children = {child.pid for child in psutil.Process().children(recursive=True)}
    windows = set(map(id, _windows()))
    started = _recorded_starts(monkeypatch)
    yield
    if request.node.get_closest_marker("leaves"):
        return
    left = [
        *_windows_left(windows),
        *_qt_objects_left(started),
        *_threads_left(threads),
        *_children_left(children),
    ]
    if left:
        pytest.fail("the test left behind: " + ", ".join(left), pytrace=False)


def _widgets() -> Any:
    """Qt's widgets module where the test has loaded it: what was never loaded has left nothing."""
    return sys.modules.get("PySide6.QtWidgets")


def _windows() -> list[Any]:
    qt = _widgets()
    return [] if qt is None or qt.QApplication.instance() is None else list(qt.QApplication.topLevelWidgets())


def _windows_left(before: set[int]) -> list[str]:
    qt = _widgets()
    if qt is None or qt.QApplication.instance() is None:
        return []
    core = sys.modules["PySide6.QtCore"]
    qt.QApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete.value)
    qt.QApplication.processEvents()
    if any(id(window) not in before for window in _windows()):
        gc.collect()
    return [f"window {type(window).__name__}" for window in _windows() if id(window) not in before]


def _recorded_starts(monkeypatch: pytest.MonkeyPatch) -> list[weakref.ref[Any]]:
    """Weak references to every QThread and QTimer that Python starts from here on."""
    started: list[weakref.ref[Any]] = []
    core = sys.modules.get("PySide6.QtCore")
    if core is None:
        return started

    def recording(start: Callable[..., Any]) -> Callable[..., Any]:
        def start_and_record(self: Any, *arguments: Any) -> Any:
            started.append(weakref.ref(self))
            return start(self, *arguments)

        return start_and_record

    for kind in (core.QThread, core.QTimer):
        monkeypatch.setattr(kind, "start", recording(kind.start))
    return started


def _qt_objects_left(started: list[weakref.ref[Any]]) -> list[str]:
    if not started and "PySide6.QtCore" not in sys.modules:
        return []
    import shiboken6  # only where the test has loaded Qt

    core = sys.modules["PySide6.QtCore"]
    left = []
    if not core.QThreadPool.globalInstance().waitForDone(int(PATIENCE_SECONDS * 1000)):
        left.append("work in the global thread pool")
    for reference in started:
        alive = reference()
        if alive is None or not shiboken6.isValid(alive):
            continue
        if isinstance(alive, core.QThread):
            if alive.isRunning() and not alive.wait(int(PATIENCE_SECONDS * 1000)):
                left.append(f"running {type(alive).__name__}")
        elif alive.isActive():
            left.append(f"running timer of {type(alive.parent()).__name__}")
    return left


def _threads_left(before: set[threading.Thread]) -> list[str]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    left = []
    for thread in set(threading.enumerate()) - before:
        # A dummy is how Python sees a thread that Qt or a library started; Qt's are checked above.
        if isinstance(thread, threading._DummyThread):
            continue
        thread.join(max(0.0, deadline - time.monotonic()))
        if thread.is_alive():
            left.append(f"thread {thread.name}")
    return left


def _children_left(before: set[int]) -> list[str]:
    # Pools of the whole run stay warm from test to test; tests/imaging/workers/test_pool.py sees to the end of a pool.
    ours = before | _with_descendants({pid for pool in _pools() for pid in pool.pids()} | _model_processes())
    left = [child for child in psutil.Process().children(recursive=True) if child.pid not in ours]
    _, alive = psutil.wait_procs(left, timeout=PATIENCE_SECONDS) if left else ([], [])
    named = []
    for child in alive:
        with child.oneshot():
            command = " ".join(child.cmdline()) if child.is_running() else ""
        # Python's own tracker of shared memory lives as long as the interpreter, and Windows gives each console program
        # a console, which ends some time after it.
        if "resource_tracker" not in command and "conhost.exe" not in command:
            named.append(f"child process {command[:80]}")
            child.kill()
    return named


def _pools() -> list[Any]:
    """The pools that live as long as the run: that of the tests, and that of training's data reading."""
    tests, cases = sys.modules.get("tests.reading"), sys.modules.get("training.data.dataset")
    pools = [] if tests is None else [tests.POOL]
    if cases is not None and cases.case_reading.cache_info().currsize:
        pools.append(cases.case_reading().pool)
    return pools


def _model_processes() -> set[int]:
    """The process of the model that was used last, which is kept for its next use."""
    models = sys.modules.get("inference.classify.model_process")
    return set() if models is None else models.process_ids()


def _with_descendants(pids: set[int]) -> set[int]:
    """The processes and what they started: on Windows a virtual environment's Python is one that starts another."""
    found = set(pids)
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            found.update(child.pid for child in psutil.Process(pid).children(recursive=True))
    return found


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[_EXIT_STATUS] = int(exitstatus)
    for pool in _pools():
        pool.close()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End as the program does (`desktop.main.program`): windows are not taken apart on the way out."""
    status = config.stash.get(_EXIT_STATUS, None)
    if status is not None and _widgets() is not None:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
