"""The kernels of oneDNN are the references for any shapes; and what happens without it."""

import multiprocessing
import os
import subprocess
import sys
import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fzero
import fzero_nn.functional as F
from fzero.fused import FUSED, kernels
from fzero_nn.kernels.onednn import PROVIDED, loader
from fzero_nn.kernels.onednn.primitive import made

needed = pytest.mark.skipif(loader.loaded() is None, reason=loader.describe())


def value_and_cotangents(f: Any, xs: Any) -> list[Any]:
    y, pullback = fzero.vjp(f, *xs)
    g = np.random.default_rng(1).normal(size=y.shape).astype("f4")
    return [y, *pullback(g)]


def check(name: str, f: Any, *xs: Any, served: bool | None = True) -> None:
    """Kernel and reference agree to the last digits of sums in float32.

    `served` is whether the library is to be in use; None for shapes where that differs by CPU.
    """
    asked = []
    find = FUSED[name].kernel

    def watched(args: Any, params: Any) -> Any:
        asked.append(find(args, params))
        return asked[-1]

    FUSED[name].kernel = watched  # type: ignore[method-assign]
    try:
        got = value_and_cotangents(f, xs)
    finally:
        del FUSED[name].kernel  # type: ignore[attr-defined]
    in_use = asked[0] is FUSED[name].kernels["onednn"]
    assert in_use == served or served is None
    with kernels("reference"):
        want = value_and_cotangents(f, xs)
    for a, b in zip(got, want, strict=True):
        assert a.dtype == np.float32 and a.shape == b.shape
        largest = np.abs(b).max(initial=1, where=np.isfinite(b))
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5 * largest)


LAYOUTS = ("first", "last", "gaps")


def array(rng: Any, shape: Any, layout: str = "first") -> Any:
    """Numbers with the channels first or last in memory, or every second element of more."""
    x = rng.normal(size=shape).astype("f4")
    if layout == "last":
        return np.moveaxis(np.ascontiguousarray(np.moveaxis(x, 1, -1)), -1, 1)
    if layout == "gaps":
        wide = np.repeat(x, 2, axis=-1)
        wide[..., 1::2] = np.nan
        return wide[..., ::2]
    return x


@st.composite
def geometries(draw: Any, dilated: bool = True) -> dict[str, Any]:
    """Sizes, window, stride, padding, dilation, with room for a window."""
    axes = draw(st.integers(1, 3))
    each = lambda low, high: tuple(draw(st.integers(low, high)) for _ in range(axes))
    window, stride = each(1, 3), each(1, 3)
    dilation = each(1, 2) if dilated else (1,) * axes
    padding = tuple((draw(st.integers(0, w // 2)), draw(st.integers(0, w // 2))) for w in window)
    spans = [(w - 1) * d + 1 for w, d in zip(window, dilation, strict=True)]
    sizes = tuple(w + extra for w, extra in zip(spans, each(0, 6), strict=True))
    places = {"stride": stride, "padding": padding, "dilation": dilation}
    return {"sizes": sizes, "window": window, "places": places}


COUNTS = st.integers(1, 3)


@needed
@settings(max_examples=40, deadline=None)
@given(geometries(), COUNTS, COUNTS, COUNTS, COUNTS, st.booleans(), st.sampled_from(LAYOUTS))
def test_conv(g: Any, n: int, c: int, f: int, groups: int, bias: bool, layout: str) -> None:
    rng, axes = np.random.default_rng(0), len(g["sizes"])
    conv = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}[axes]
    x = array(rng, (n, c * groups, *g["sizes"]), layout)
    W = array(rng, (f * groups, c, *g["window"]), layout)
    b = [array(rng, (f * groups,))] if bias else []
    check("conv", lambda *xs: conv(*xs, **g["places"], groups=groups), x, W, *b, served=None)


@needed
@settings(max_examples=40, deadline=None)
@given(geometries(), COUNTS, COUNTS, COUNTS, COUNTS, st.booleans(), st.sampled_from(LAYOUTS))
def test_conv_transpose(
    g: Any, n: int, c: int, f: int, groups: int, bias: bool, layout: str
) -> None:
    rng, axes = np.random.default_rng(0), len(g["sizes"])
    conv = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}[axes]
    x = array(rng, (n, c * groups, *g["sizes"]), layout)
    W = array(rng, (c * groups, f, *g["window"]))
    b = [array(rng, (f * groups,))] if bias else []
    check(
        "conv_transpose", lambda *xs: conv(*xs, **g["places"], groups=groups), x, W, *b, served=None
    )


@needed
@pytest.mark.parametrize("groups", [1, 16])
def test_conv_with_many_channels(groups: int) -> None:
    """Whole vectors of channels, where the library has its fast paths; depthwise, too."""
    rng = np.random.default_rng(0)
    x, W, b = array(rng, (2, 16, 9, 8)), array(rng, (32, 16 // groups, 3, 3)), array(rng, (32,))
    conv = lambda *xs: F.conv2d(*xs, stride=2, padding=1, groups=groups)
    check("conv", conv, x, W, b)


@needed
@settings(max_examples=40, deadline=None)
@given(geometries(), COUNTS, COUNTS, st.booleans(), st.sampled_from(LAYOUTS))
def test_max_pool(g: Any, n: int, c: int, ties: bool, layout: str) -> None:
    x = array(np.random.default_rng(0), (n, c, *g["sizes"]), layout)
    x = np.round(x) if ties else x
    pool = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}[len(g["sizes"])]
    check("max_pool", lambda x: pool(x, g["window"], **g["places"]), x, served=None)


@needed
@pytest.mark.parametrize("value", [np.nan, -np.inf, np.inf])
def test_max_pool_of_no_numbers(value: float) -> None:
    x = array(np.random.default_rng(0), (1, 2, 4, 4))
    x[0, 0, :2, :2] = value
    x[0, 1, 3, 3] = value
    check("max_pool", lambda x: F.max_pool2d(x, 2), x)
    assert np.array_equal(F.max_pool2d(x, 2)[0, 0, 0, 0], value, equal_nan=True)


@needed
@settings(max_examples=40, deadline=None)
@given(geometries(dilated=False), COUNTS, COUNTS, st.booleans(), st.sampled_from(LAYOUTS))
def test_avg_pool(g: Any, n: int, c: int, counted: bool, layout: str) -> None:
    x = array(np.random.default_rng(0), (n, c, *g["sizes"]), layout)
    pool = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}[len(g["sizes"])]
    places = {k: v for k, v in g["places"].items() if k != "dilation"}
    mean = lambda x: pool(x, g["window"], **places, count_include_pad=counted)
    check("avg_pool", mean, x, served=None)


@needed
def test_avg_pool_beyond_the_padding() -> None:
    """The library divides by what lies beyond the padding, and is not asked."""
    x = array(np.random.default_rng(0), (2, 3, 5, 6))
    check("avg_pool", lambda x: F.avg_pool2d(x, 2, ceil_mode=True), x, served=False)
    without = lambda x: F.avg_pool2d(x, 2, ceil_mode=True, count_include_pad=False)
    check("avg_pool", without, x)


@needed
@pytest.mark.parametrize("layout", ["last", "first"])
@pytest.mark.parametrize(
    ("shape", "axis"), [((5, 3), 1), ((2, 3, 4), 1), ((2, 16, 5, 4), 1), ((2, 3, 4, 2, 3), 1)]
)
def test_batch_norm(shape: Any, axis: int, layout: str) -> None:
    rng, c = np.random.default_rng(0), shape[axis]
    x, gamma, beta = array(rng, shape, layout), array(rng, (c,)), array(rng, (c,))
    norm = lambda x, gamma, beta: F.batch_norm(
        x, gamma, beta, np.zeros(c, "f4"), np.ones(c, "f4"), train=True, axis=axis
    )[0]
    check("batch_norm", norm, x, gamma, beta, served=layout == "last" or x.ndim == 2)


@needed
def test_batch_norm_of_the_last_axis() -> None:
    rng = np.random.default_rng(0)
    x, gamma, beta = array(rng, (2, 4, 5, 8)), array(rng, (8,)), array(rng, (8,))
    norm = lambda *xs: F.batch_norm(*xs, beta, gamma, train=True, axis=-1)[0]
    check("batch_norm", norm, x, gamma, beta)


@needed
def test_the_statistics_of_a_batch_have_cotangents() -> None:
    rng = np.random.default_rng(0)
    x, gamma, beta = array(rng, (2, 3, 4, 5), "last"), array(rng, (3,)), array(rng, (3,))

    def f(*xs: Any) -> Any:
        y, mean, var = FUSED["batch_norm"](*xs, axis=1, eps=1e-5)
        return fzero.numpy.concatenate([y.reshape(-1), mean, var])

    check("batch_norm", f, x, gamma, beta)


@needed
@pytest.mark.parametrize("affine", ["", "gamma", "gamma beta", "beta"])
@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 40), (1, 1)])
def test_layer_norm(shape: Any, affine: str) -> None:
    rng = np.random.default_rng(0)
    names, given_ = affine.split(), [array(rng, shape[-1:]) for _ in affine.split()]
    norm = lambda x, *xs: F.layer_norm(x, **dict(zip(names, xs, strict=True)), eps=1e-3)
    check("layer_norm", norm, array(rng, shape), *given_)


@needed
@pytest.mark.parametrize("name", sorted(PROVIDED))
def test_other_arrays_are_left_to_the_plain_kernels(name: str) -> None:
    for args, params in FUSED[name].samples(np.random.default_rng(0)):
        chosen = FUSED[name].kernel(args, params)
        assert chosen is not None and chosen is FUSED[name].kernels["numpy"]
        low = [a if a is None else a.astype("f4") for a in args]
        with kernels("numpy"):
            assert FUSED[name].kernel(low, params) is FUSED[name].kernels["numpy"]


@needed
def test_empty_batches() -> None:
    x, W = np.zeros((0, 3, 5, 5), "f4"), np.ones((4, 3, 3, 3), "f4")
    check("conv", F.conv2d, x, W, served=False)
    check("max_pool", lambda x: F.max_pool2d(x, 2), x, served=False)


@needed
def test_a_chain_keeps_its_layout() -> None:
    """Convolution, normalisation, activation and pooling turn no array around."""
    rng = np.random.default_rng(0)
    x, W, c = array(rng, (2, 3, 8, 8)), array(rng, (16, 3, 3, 3)), np.ones(16, "f4")
    y = F.conv2d(x, W, padding=1)
    y = F.batch_norm(y, c, c, c, c, train=True)[0]
    y = F.max_pool2d(F.relu(y), 2)
    assert np.moveaxis(y, 1, -1).flags.c_contiguous


# ---------------------------------------------------------------------- threads and processes


def _loss(x: Any, W: Any) -> Any:
    return fzero.numpy.sum(F.conv2d(x, W, padding=1) ** 2)


def _images() -> Any:
    rng = np.random.default_rng(0)
    return array(rng, (8, 16, 28, 28)), array(rng, (32, 16, 3, 3))


def _gradient(_: int) -> Any:
    x, W = _images()
    return fzero.grad(_loss)(x, W).sum()


@needed
def test_threads_call_at_the_same_time() -> None:
    want, found = _gradient(0), []
    threads = [threading.Thread(target=lambda: found.append(_gradient(0))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_allclose(found, [want] * 4, rtol=1e-6)


@needed
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_goes_on_with_one_thread() -> None:
    """OpenMP's threads do not survive a fork; a child that waits for them would hang."""
    want = _gradient(0)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        found = pool.map_async(_gradient, range(4)).get(timeout=60)
        assert "threads: 1" in pool.apply(loader.describe)
    np.testing.assert_allclose(found, [want] * 4, rtol=1e-6)
    assert f"threads: {fzero.config.threads()}" in loader.describe()


@needed
def test_what_is_kept_is_bounded() -> None:
    limit = made.cache_info().maxsize
    assert limit is not None and limit <= 1024


# ------------------------------------------------------------------------------ which library


def _run(code: str, **environment: str) -> str:
    full = {**os.environ, "FZERO_THREADS": "2", **environment}
    done = subprocess.run(
        [sys.executable, "-c", code], env=full, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


LINE = """
import fzero, fzero_nn.functional
print(*(line for line in fzero.config.describe().splitlines() if line.startswith("onednn")))
"""


@pytest.mark.parametrize("wrong", ["missing", "text", "other"])
def test_a_wrong_library_is_one_line(wrong: str, tmp_path: Any) -> None:
    path = tmp_path / "libdnnl.so.3"
    if wrong == "text":
        path.write_text("no library")
    elif wrong == "other":
        path = np._core._multiarray_umath.__file__
    convolve = "import numpy as np; from fzero_nn.functional import conv2d as f; "
    convolve += "assert f(np.ones((1, 1, 3, 3), 'f4'), np.ones((1, 1, 3, 3), 'f4')) == 9"
    line = _run(convolve + LINE, FZERO_ONEDNN=str(path))
    assert line.startswith(f"onednn: not in use, since {path}: ")
    assert line.endswith(". Name another in FZERO_ONEDNN\n")


@needed
def test_the_named_library_and_threads_are_taken() -> None:
    path = loader.loaded().path  # type: ignore[union-attr]
    assert _run(LINE, FZERO_ONEDNN=path, FZERO_THREADS="1").endswith(f"threads: 1, {path}\n")


@needed
def test_importing_does_not_load_it() -> None:
    code = "import fzero_nn.functional; from fzero_nn.kernels.onednn import loader as l; "
    assert _run(code + "print(l._found.cache_info().currsize)") == "0\n"
