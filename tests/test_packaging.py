"""What the packages import and start, how their modules are ordered, and the embedded images."""

import ast
import hashlib
import importlib.util
import os
import re
import struct
import subprocess
import sys
import tomllib
import zlib
from gzip import compress
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
DATA = ROOT / "examples" / "data"
NAMES_CUPY = {ROOT / "fzero" / "backend.py", *(ROOT / "fzero_nn" / "kernels").rglob("*.py")}

# Prints what running {code} adds to a process that has imported NumPy.
OBSERVE = """
import json, os, sys, threading
import numpy, numpy.fft, numpy.linalg, numpy.random
def tasks():
    return len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 0
before, tasks_before = set(sys.modules), tasks()
{code}
tops = {{name.partition(".")[0] for name in set(sys.modules) - before}}
print(json.dumps([sorted(tops), threading.active_count() - 1, tasks() - tasks_before]))
"""


def run_python(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def observe(code: str) -> tuple[set[str], int, int]:
    """Top-level modules, Python threads and system threads that `code` adds to NumPy's own."""
    result = run_python("-c", OBSERVE.format(code=code))
    assert result.returncode == 0, result.stderr
    tops, threads, tasks = ast.literal_eval(result.stdout)
    return set(tops), threads, tasks


def imported_roots(source: str) -> set[str]:
    """Top-level names of the absolute imports in `source`, `import_module("x")` included."""
    roots = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            roots |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            roots.add(str(node.module))
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            function = ast.unparse(node.func).rpartition(".")[2]
            if function in ("import_module", "__import__"):
                roots.add(str(node.args[0].value))
    return {name.partition(".")[0] for name in roots}


def offenders(files: list[Path], forbidden: set[str]) -> dict[str, set[str]]:
    found = {str(f.relative_to(ROOT)): imported_roots(f.read_text()) & forbidden for f in files}
    return {name: roots for name, roots in found.items() if roots}


def load_make_data():
    spec = importlib.util.spec_from_file_location("make_data", ROOT / "examples" / "make_data.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_import_needs_only_the_standard_library_and_numpy():
    tops, _, _ = observe("import fzero, fzero_nn")
    assert {"fzero", "fzero_nn"} <= tops
    assert tops - sys.stdlib_module_names - {"numpy", "fzero", "fzero_nn"} == set()


def test_import_starts_no_thread():
    assert observe("import fzero, fzero_nn")[1:] == (0, 0)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux's /proc")
def test_observation_sees_modules_and_threads():
    tops, threads, tasks = observe(
        "import _pytest, time; threading.Thread(target=time.sleep, args=(5,), daemon=True).start()"
    )
    assert "_pytest" in tops and (threads, tasks) == (1, 1)


def test_operations_name_neither_numpy_nor_cupy():
    files = sorted((ROOT / "fzero" / "ops").rglob("*.py"))
    assert files
    assert offenders(files, {"numpy", "cupy"}) == {}


def test_only_the_backend_and_the_kernels_import_cupy():
    files = [f for p in ("fzero", "fzero_nn") for f in (ROOT / p).rglob("*.py")]
    assert ROOT / "fzero" / "backend.py" in files
    assert offenders(sorted(set(files) - NAMES_CUPY), {"cupy", "cupyx"}) == {}


@pytest.mark.parametrize(
    "source",
    ["import cupy as xp", "from cupy.linalg import svd", 'import_module("cupyx.scipy")'],
)
def test_every_way_to_import_is_seen(source):
    assert imported_roots(source) & {"cupy", "cupyx"}


def test_modules_keep_their_order():
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    result = run_python("-c", code, "--no-logo", "--no-cache")
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"\b0 broken", result.stdout)


def test_numpy_is_the_only_hard_dependency():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["dependencies"] == ["numpy>=2"]
    optional = {"gpu", "onednn", "onnx", "plots", "progress", "images", "scipy"}
    extras = optional | {"test", "peers", "docs", "bench"}
    assert set(project["optional-dependencies"]) == extras
    assert all((ROOT / package / "py.typed").is_file() for package in ("fzero", "fzero_nn"))


def test_ci_runs_the_readme_test_command():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    command = script.read_text().splitlines()[-1]
    readme = (ROOT / "README.md").read_text()
    assert re.search(rf"^{re.escape(command)}\b", readme, re.MULTILINE)


def test_embedded_images_are_those_described():
    readme = (DATA / "README.md").read_text()
    rows = re.findall(r"\| `(\w+)` \| \(([\d, ]+)\) \| (\w+) \| `(\w{64})` \|", readme)
    with np.load(DATA / "fashion_mnist.npz", allow_pickle=False) as data:
        assert [row[0] for row in rows] == data.files
        for name, shape, dtype, digest in rows:
            array = data[name]
            assert array.shape == tuple(int(n) for n in shape.split(",") if n)
            assert array.dtype == dtype
            assert hashlib.sha256(array.tobytes()).hexdigest() == digest
        assert set(np.bincount(data["train_labels"])) == {1150}
        assert set(np.bincount(data["test_labels"])) == {200}
    assert hashlib.sha256((DATA / "fashion_mnist.npz").read_bytes()).hexdigest() in readme


def test_embedded_images_are_small():
    assert sum(file.stat().st_size for file in DATA.iterdir()) <= 6_000_000


def write_idx(path: Path, array: np.ndarray) -> None:
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    path.write_bytes(compress(header + array.tobytes()))


def test_make_data_keeps_the_first_images_of_each_class(tmp_path):
    make_data = load_make_data()
    labels = np.array([3, *range(10), 3, *range(10)], np.uint8)  # 3 at 0, 4, 11, 15
    images = np.arange(22 * 6, dtype=np.uint8).reshape(22, 2, 3)
    for prefix in ("train", "t10k"):
        write_idx(tmp_path / f"{prefix}-labels-idx1-ubyte.gz", labels)
        write_idx(tmp_path / f"{prefix}-images-idx3-ubyte.gz", images)
    arrays = make_data.subset(tmp_path, {"train": 2, "test": 1})
    assert arrays["train_labels"].tolist() == [3, *range(10), 0, 1, 2, 4, 5, 6, 7, 8, 9]
    np.testing.assert_array_equal(
        arrays["train_images"], images[[*range(11), *range(12, 15), *range(16, 22)]]
    )
    np.testing.assert_array_equal(arrays["test_images"], images[[0, 1, 2, 3, 5, 6, 7, 8, 9, 10]])

    first, second = tmp_path / "first.npz", tmp_path / "second.npz"
    make_data.write_npz(first, arrays)
    make_data.write_npz(second, arrays)
    assert first.read_bytes() == second.read_bytes()
    with np.load(first, allow_pickle=False) as data:
        assert data.files == ["train_images", "train_labels", "test_images", "test_labels"]
        for name in data.files:
            np.testing.assert_array_equal(data[name], arrays[name])


def test_make_data_refuses_other_files(tmp_path):
    make_data = load_make_data()
    for name in make_data.SHA256:
        (tmp_path / name).write_bytes(b"not the published file")
    with pytest.raises(ValueError, match="train-images-idx3-ubyte.gz, train-labels") as error:
        make_data.check_sources(tmp_path)
    assert "t10k-labels-idx1-ubyte.gz" in str(error.value)


@pytest.mark.skipif(zlib.ZLIB_RUNTIME_VERSION != "1.2.13", reason="bytes depend on zlib's version")
def test_make_data_rewrites_the_embedded_file(tmp_path):
    embedded, copy = DATA / "fashion_mnist.npz", tmp_path / "copy.npz"
    with np.load(embedded, allow_pickle=False) as data:
        load_make_data().write_npz(copy, dict(data))
    assert copy.read_bytes() == embedded.read_bytes()
