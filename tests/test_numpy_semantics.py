"""What a caller of NumPy relies on: keywords, lists, methods, ufunc methods, errors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fzero
import fzero.numpy as fnp
from fzero.errors import BatchedValueError, DeviceError, MixedDeviceError
from fzero.testing import check_grads
from tests.strict import put

X = np.array([[1.5, -2.0, 0.5], [3.0, 0.25, -1.0]])
V = np.array([2.0, -1.0, 0.5])


def through(f, *args):
    """The value of `f` on tracers of vmap over one row, which every dtype can be."""
    return fzero.vmap(f)(*[np.asarray(a)[None] for a in args])[0]


# ------------------------------------------------------------------------------ ufunc keywords


def test_dtype_keyword_casts_before_computing():
    assert through(lambda x: fnp.add(x, 1, dtype=np.float32), X).dtype == np.float32
    np.testing.assert_array_equal(
        through(lambda x: np.sqrt(x, dtype=complex), X), np.sqrt(X, dtype=complex)
    )


def test_where_keyword_skips_elements_and_their_derivatives():
    x = np.array([4.0, -1.0, 0.0])
    value = through(lambda x: np.log(x, where=x > 0), x)
    np.testing.assert_allclose(value, [np.log(4.0), 0, 0])
    g = fzero.grad(lambda x: np.log(x, where=x > 0).sum())(x)
    np.testing.assert_array_equal(g, [0.25, 0, 0])


def test_keywords_reach_numpy_on_arrays():
    out = np.zeros_like(X)
    assert fnp.exp(X, out=out) is out
    np.testing.assert_array_equal(out, np.exp(X))


def test_a_tracer_as_keyword_is_seen():
    mask = np.array([True, False, True])
    got = fzero.vmap(lambda m: fnp.add(V, V, where=m))(mask[None])[0]
    np.testing.assert_array_equal(got[mask], (V + V)[mask])


@pytest.mark.parametrize(
    "call",
    [
        lambda x: np.sin(x, out=np.zeros(3)),
        lambda x: fnp.sin(x, out=np.zeros(3)),
        lambda x: np.sum(x, out=np.zeros(())),
        lambda x: np.clip(x, 0, 1, out=np.zeros(3)),
        lambda x: np.concatenate([x, x], out=np.zeros(6)),
        lambda x: x.sum(out=np.zeros(())),
    ],
)
def test_out_is_refused_on_tracers(call):
    with pytest.raises(TypeError, match="out= is given with a tracer"):
        fzero.vjp(call, V)


def test_a_border_of_medians():
    for x in (X, (9 * X).astype(int)):
        wanted = np.pad(x, ((1, 2), (0, 1)), "median", stat_length=2)
        np.testing.assert_array_equal(
            through(lambda x: np.pad(x, ((1, 2), (0, 1)), "median", stat_length=2), x), wanted
        )
    check_grads(lambda x: np.pad(x, 1, "median"), (X,), order=1)


@pytest.mark.parametrize("name", ["quantile", "nanquantile", "percentile", "nanpercentile"])
@pytest.mark.parametrize("axis", [None, 0, 1, (0, 1), (1, 0)])
def test_quantiles_take_weights(name, axis):
    x = np.array([[1.5, -2.0, 0.5, np.nan], [3.0, 0.25, -1.0, 2.0]])
    x = x if "nan" in name else np.nan_to_num(x, nan=1.0)
    w = np.array([[0.0, 1.0, 2.0, 1.0], [3.0, 0.5, 0.0, 1.0]])
    q = np.array([0.0, 0.3, 0.5, 1.0]) * (100 if "percent" in name else 1)
    weights = [w] if axis is None else [w, {0: w[:, 1], 1: w[0]}.get(axis, w)]
    if "nan" in name and axis in (0, 1):
        weights = weights[:1]  # NumPy raises IndexError for weights of one axis
    if axis == (1, 0):
        weights[1] = w.T
    for weight in weights:
        options = {"axis": axis, "method": "inverted_cdf", "keepdims": True}
        wanted = getattr(np, name)(x, q, weights=weight, **options)
        got = through(lambda x, w, o=options: getattr(fnp, name)(x, q, weights=w, **o), x, weight)
        np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize("order", ["C", "F"])
def test_flat_indices(order):
    i, j = np.array([[0, 2, 1, -1], [3, 1, 0, 7]])
    for mode in ("clip", "wrap", ("wrap", "clip")):
        options = {"mode": mode, "order": order}
        wanted = np.ravel_multi_index((i, j), (3, 4), **options)
        got = through(lambda i, j, o=options: fnp.ravel_multi_index((i, j), (3, 4), **o), i, j)
        np.testing.assert_array_equal(got, wanted)
    flat = np.arange(12)
    split = fzero.vmap(lambda i: np.unravel_index(i, (3, 4), order))(flat)
    np.testing.assert_array_equal(split, np.unravel_index(flat, (3, 4), order))
    back = fzero.vmap(lambda i, j: np.ravel_multi_index((i, j), (3, 4), order=order))(*split)
    np.testing.assert_array_equal(back, flat)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda i: np.ravel_multi_index((i, i), (3, 3)), "^ravel_multi_index: an index is outside"),
        (lambda i: np.unravel_index(i, (2, 2)), "^unravel_index: an index is outside the 4"),
        (lambda i: np.unravel_index(i, (9, 9), "Z"), "^unravel_index: order is 'Z'"),
        (lambda i: fnp.ravel_multi_index((i,), (9,), "near"), "^ravel_multi_index: mode is 'near'"),
    ],
)
def test_flat_indices_say_what_is_wrong(call, message):
    with pytest.raises(ValueError, match=message):
        through(call, np.array([1, 4]))


BRACKETS = [
    lambda m, x, v: m.r_[v, 1.0, v],
    lambda m, x, v: m.r_[v, [1, 2], 0:3],
    lambda m, x, v: m.r_["0,2", v, v],
    lambda m, x, v: m.r_["1,2,0", v, v],
    lambda m, x, v: m.r_["0,3,-2", v, v],
    lambda m, x, v: m.r_["0,3,1", x, x],
    lambda m, x, v: m.r_["-1", x, x],
    lambda m, x, v: m.r_[v.astype(np.float32), 1.0],
    lambda m, x, v: m.c_[v, v, 0:3],
    lambda m, x, v: m.c_[x, x[:, 0]],
]


@pytest.mark.parametrize("call", BRACKETS)
def test_brackets_join_tracers(call):
    wanted = call(np, X, V)
    got = through(lambda x, v: call(fnp, x, v), X, V)
    np.testing.assert_array_equal(got, wanted, strict=True)
    np.testing.assert_array_equal(call(fnp, X, V), wanted, strict=True)
    if wanted.dtype == float:
        check_grads(lambda x, v: call(fnp, x, v), (X, V), order=1)


def test_brackets_say_which_strings_they_take():
    with pytest.raises(ValueError, match="^r_: the first part is 'c'"):
        fzero.grad(lambda v: fnp.r_["c", v].sum())(V)
    fzero.grad(lambda v: fnp.concatenate([v, v]).sum())(V)


# ------------------------------------------------------------------------------ lists and arrays


@pytest.mark.parametrize(
    "call",
    [
        lambda a, b: fnp.sum([a, [2.0, b, 1.0]]) if a.shape else 0,
        lambda a, b: fnp.array([a, b]),
        lambda a, b: fnp.array([[a, 1.0], [b, a * b]]),
        lambda a, b: fnp.sin([a, b]),
        lambda a, b: fnp.add([a, b], [1, b]),
        lambda a, b: fnp.max((a, b)),
        lambda a, b: fnp.where([True, False], [a, b], 0.0),
        lambda a, b: np.stack([a, b]),
        lambda a, b: np.mean([a, b]) if False else np.stack([a, b]).mean(),
        lambda a, b: fnp.dot([a, b], [b, 2.0]),
    ],
)
def test_lists_may_hold_tracers(call):
    a, b = np.float64(0.5), np.float64(-1.25)
    want = np.asarray(call(a, b))
    out, back = fzero.vjp(lambda a, b: fnp.sum(call(a, b)), a, b)
    np.testing.assert_allclose(out, want.sum(), rtol=1e-15)
    step = 1e-6
    numeric = (np.sum(call(a + step, b)) - np.sum(call(a - step, b))) / (2 * step)
    np.testing.assert_allclose(back(1.0)[0], numeric, rtol=1e-8)


def test_array_options():
    assert through(lambda x: fnp.array([x, x], dtype=np.float32), V).dtype == np.float32
    assert through(lambda x: fnp.array(x, ndmin=3), V).shape == (1, 1, 3)
    assert fnp.asarray(V) is V
    assert fnp.array(V) is not V


def test_device_keyword():
    assert fnp.zeros(2, device="cpu").tolist() == [0.0, 0.0]
    assert through(lambda x: fnp.ones_like(x, device="cpu"), V).tolist() == [1.0, 1.0, 1.0]
    if len(fzero.devices()) == 1:
        with pytest.raises(DeviceError, match="gpu"):
            fnp.zeros(2, device="gpu")
    with pytest.raises(ValueError, match="expected 'cpu', 'gpu'"):
        fnp.arange(3, device="tpu")


def test_two_libraries_in_one_call_are_an_error():
    with pytest.raises(MixedDeviceError, match="device_put"):
        fnp.concatenate([put(np.ones(2)), np.ones(2)])


def test_creation_from_a_tracers_shape_and_value():
    def f(x):
        n = x.shape[0]
        return fnp.zeros(n) + fnp.arange(n) + fnp.full(n, x[0]) + fnp.eye(n)[0]

    np.testing.assert_array_equal(fzero.grad(lambda x: f(x).sum())(V), [3.0, 0, 0])
    assert isinstance(fzero.vjp(lambda x: (fnp.zeros_like(x), x)[0], V)[0], np.ndarray)
    assert fzero.grad(lambda x: x * fnp.arange(x)[-1])(4.0) == 3.0


STATIC = {
    "arange": [(5,), (1, 7, 2), (0.0, 1.0, 0.25), (3, 0, -1)],
    "zeros": [(3,), ((2, 3), np.int32)],
    "ones": [(3,), ((2, 3), np.int32)],
    "full": [(3, 2.5), ((2, 2), [1, 2])],
    "eye": [(3,), (2, 4, 1)],
    "identity": [(3,), (2, np.float32)],
    "tri": [(3,), (2, 4, -1)],
    "indices": [((2, 3),)],
    "fromfunction": [(lambda i, j: i + 10 * j, (2, 3))],
    "diag_indices": [(3,)],
    "tril_indices": [(3, -1), (2, 0, 4)],
    "triu_indices": [(3, 1)],
    "mask_indices": [(3, np.triu, 1)],
    "broadcast_shapes": [((2, 1), (3,))],
    "isdtype": [(np.dtype(float), "real floating"), (np.dtype(int), ("bool", "integral"))],
    "isscalar": [(2.0,), (V,)],
    "from_dlpack": [(V,)],
    "promote_types": [(np.float32, np.int64)],
}


@pytest.mark.parametrize("name", STATIC)
def test_functions_of_static_arguments_are_numpys(name):
    for args in STATIC[name]:
        got, want = getattr(fnp, name)(*args), getattr(np, name)(*args)
        np.testing.assert_array_equal(got, want)
        if hasattr(want, "dtype"):
            assert got.dtype == want.dtype


def test_empty_has_the_shape_and_dtype():
    assert (fnp.empty((2, 3), np.int8).shape, fnp.empty(2, np.int8).dtype) == ((2, 3), np.int8)


def test_index_helpers_are_numpys():
    for name in ("s_", "index_exp", "mgrid", "ogrid"):
        assert getattr(fnp, name) is getattr(np, name)


def test_vectorize_broadcasts_and_reads_signatures():
    f = fnp.vectorize(lambda a, b: fnp.where(a > b, a, b))
    np.testing.assert_array_equal(f(X, V), np.maximum(X, V))
    g = fnp.vectorize(lambda m, v: m @ v, signature="(n,m),(m)->(n)")
    stack = np.stack([X, 2 * X])
    np.testing.assert_allclose(g(stack, V), stack @ V)
    h = fnp.vectorize(lambda x, table: table[0] * x, excluded={1})
    np.testing.assert_array_equal(h(V, [3.0, 1.0]), 3 * V)
    with pytest.raises(ValueError, match="expected a term each"):
        fnp.vectorize(lambda a: a, signature="(n),(n)->()")(V)


# -------------------------------------------------------------------------------------- methods

METHODS = {
    "sum": [(), (0,), ((0, 1),)],
    "prod": [(), (0,)],
    "mean": [(), (1,)],
    "std": [(), (0,)],
    "var": [(), (1,)],
    "max": [(), (0,)],
    "min": [(), (1,)],
    "argmax": [(), (0,)],
    "argmin": [(), (1,)],
    "argsort": [(), (0,)],
    "argpartition": [(1,)],
    "cumsum": [(), (1,)],
    "cumprod": [(), (0,)],
    "any": [(), (0,)],
    "all": [(), (0,)],
    "reshape": [(3, 2), ((3, -1),), (6,)],
    "ravel": [(), ("F",)],
    "flatten": [(), ("F",)],
    "squeeze": [()],
    "transpose": [(), (1, 0), ((1, 0),), (None,)],
    "swapaxes": [(0, 1)],
    "astype": [(np.float32,), (int,)],
    "copy": [()],
    "clip": [(0.0, 1.0), (None, 1.0)],
    "round": [(), (1,)],
    "dot": [(V,)],
    "repeat": [(2,), ([1, 2], 0)],
    "take": [([0, 2], 1), ([5],)],
    "compress": [([True, False], 0)],
    "diagonal": [(), (1,)],
    "conj": [()],
    "conjugate": [()],
    "nonzero": [()],
}


@pytest.mark.parametrize("name", METHODS)
def test_methods_are_those_of_arrays(name):
    for args in METHODS[name]:
        seen = []

        def f(x, args=args, seen=seen):
            seen.append(fzero.tree.map(fzero.stop_gradient, getattr(x, name)(*args)))
            return x.sum()

        fzero.vjp(f, X)
        want = getattr(X, name)(*args)
        np.testing.assert_array_equal(seen[0], want)
        assert np.asarray(seen[0]).dtype == np.asarray(want).dtype


def test_reshape_reads_fortrans_order():
    want = X.reshape((3, 2), order="F")
    np.testing.assert_array_equal(through(lambda x: x.reshape(3, 2, order="F"), X), want)
    with pytest.raises(ValueError, match="order is 'Z'; expected 'C', 'F'"):
        through(lambda x: x.reshape(6, order="Z"), X)


def test_properties():
    z = X + 2j * X
    for name in ("T", "mT", "real", "imag"):
        np.testing.assert_array_equal(through(lambda x, n=name: getattr(x, n), z), getattr(z, name))

    def f(x):
        assert x.__array_namespace__().__all__ is fnp.__all__
        assert x.device == X.device == str(fzero.device(X))
        assert (x.ndim, x.size, x.shape, x.dtype) == (2, 6, (2, 3), np.float64)
        return x.to_device("cpu").sum()

    assert fzero.grad(f)(X).shape == X.shape


def test_searchsorted_method():
    edges = np.array([0.0, 1.0, 2.0])
    got = through(lambda e: e.searchsorted(V), edges)
    np.testing.assert_array_equal(got, edges.searchsorted(V))


def test_plain_values_inside_grad():
    def f(x):
        assert x[0].item() == 2.0
        assert x.tolist() == V.tolist()
        assert float(x[1]) == -1.0
        return x.sum()

    fzero.grad(f)(V)


@pytest.mark.parametrize("ask", [lambda x: x.item(), lambda x: x.tolist(), float, int, bool])
def test_plain_values_under_vmap_name_the_way_out(ask):
    with pytest.raises(BatchedValueError, match="fzero.cond"):
        fzero.vmap(lambda x: ask(x) * x)(V)
    looped = fzero.vmap(lambda x: ask(x) * x, fallback="loop")(V)
    np.testing.assert_array_equal(looped, [ask(v) * v for v in V])


@pytest.mark.parametrize("name", ["sort", "fill", "put", "view", "resize", "partition", "tobytes"])
def test_methods_in_place_name_what_to_write(name):
    with pytest.raises(TypeError, match=f"^{name}: the array is a tracer.*Write "):
        fzero.grad(lambda x: getattr(x, name)(1).sum())(V)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("put", (0, 1.0)),
        ("place", (X > 0, 1.0)),
        ("put_along_axis", (np.zeros((2, 1), int), 1.0, 1)),
        ("fill_diagonal", (1.0,)),
        ("copyto", (X,)),
        ("putmask", (X > 0, 1.0)),
    ],
)
def test_functions_in_place_name_what_to_write(name, args):
    with pytest.raises(TypeError, match=f"^{name}: the array is a tracer.*Write "):
        fzero.grad(lambda x: getattr(np, name)(x, *args))(X)


# -------------------------------------------------------------------------------- ufunc methods


@pytest.mark.parametrize(
    "call",
    [
        lambda x: np.add.reduce(x),
        lambda x: np.add.reduce(x, axis=None),
        lambda x: np.add.reduce(x, 1, None, None, True),
        lambda x: np.multiply.reduce(x, axis=1),
        lambda x: np.maximum.reduce(x, axis=-1, keepdims=True),
        lambda x: np.minimum.reduce(x, axis=(0, 1)),
        lambda x: np.logical_and.reduce(x > 0),
        lambda x: np.logical_or.reduce(x > 0, axis=1),
        lambda x: np.add.accumulate(x),
        lambda x: np.multiply.accumulate(x, axis=1),
        lambda x: np.maximum.accumulate(x, axis=1),
        lambda x: np.minimum.accumulate(x),
        lambda x: np.subtract.outer(x, V),
        lambda x: np.multiply.outer(V, x),
        lambda x: np.divmod(x, 0.75),
        lambda x: np.matvec(x, V),
    ],
)
def test_ufunc_methods(call):
    got, want = fzero.vmap(call)(X[None]), call(X)
    for a, b in zip(fzero.tree.leaves(got), fzero.tree.leaves(want), strict=True):
        np.testing.assert_allclose(a[0], b, rtol=1e-15)
        assert a.dtype == b.dtype


# --------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: np.sum(x, axis=2), r"^sum: axis is 2 for an array of shape \(2, 3\)"),
        (lambda x: np.max(x, axis=(0, 0)), "^max: axis is .* expected each axis once"),
        (lambda x: np.reshape(x, (4, 2)), r"^reshape: shape is \(4, 2\).*product is 6. Use -1"),
        (lambda x: x.reshape(-1, -1), r"^reshape: shape is \(-1, -1\)"),
        (lambda x: np.concatenate([x, x.T]), "^concatenate: the shapes are .* Reshape or"),
        (lambda x: np.stack([x, x.T]), "^stack: the shapes are .* Use concatenate"),
        (lambda x: np.stack([x], axis=4), "^stack: axis is 4"),
        (lambda x: fnp.concatenate([]) + x, "^need at least one array"),
        (lambda x: np.transpose(x, (0,)), "^transpose: axes is .* Use moveaxis"),
        (lambda x: np.broadcast_to(x, (3, 3)), r"^broadcast_to: shape is \(3, 3\)"),
        (lambda x: np.split(x, 2, axis=1), "^split: indices_or_sections is 2 .* array_split"),
        (lambda x: np.vsplit(x[0], 2), "^vsplit: ary has shape"),
        (lambda x: np.squeeze(x, 0), "^squeeze: axis 0 has size 2"),
        (lambda x: np.repeat(x, [1, 2, 3, 4], axis=0), r"^repeat: repeats has shape \(4,\)"),
        (lambda x: np.max(x, where=x > 0), "^max: where is given without initial"),
        (lambda x: np.take_along_axis(x, np.zeros(3, int), 1), "^take_along_axis: indices has"),
        (lambda x: np.take(x, 0, mode="near"), "^take: mode is 'near'"),
        (lambda x: np.diag(x[None]), "^diag: v has shape"),
        (lambda x: np.diff(x, -1), "^diff: n is -1"),
        (lambda x: np.pad(x, 1, "mean", end_values=1), "^pad: mode is 'mean'"),
        (lambda x: np.pad(x, 1, "reflect", reflect_type="up"), "^pad: reflect_type is 'up'"),
        (lambda x: np.matrix_transpose(x[0]), "^matrix_transpose: x has shape"),
        (lambda x: np.where(x > 0, x), "^where: one of x and y is missing|either both or neither"),
        (lambda x: np.quantile(x, 0.5, weights=x), "^quantile: method is 'linear' with weights"),
        (
            lambda x: np.quantile(x, 0.5, 1, weights=V[:2], method="inverted_cdf"),
            r"^quantile: weights has shape \(2,\)",
        ),
        (
            lambda x: np.quantile(x, 0.5, 1, weights=-abs(V), method="inverted_cdf"),
            "^quantile: weights has values below 0",
        ),
        (lambda x: np.average(x, weights=V), r"^average: weights has shape \(3,\)"),
    ],
)
def test_errors_say_what_was_got_and_a_way_out(call, message):
    with pytest.raises(ValueError, match=message):
        fzero.vjp(call, X)


def test_unknown_functions_say_what_to_do():
    with pytest.raises(TypeError, match="no rule for tracers; expected a function of fzero.numpy"):
        fzero.grad(lambda x: np.roots(x).sum())(V)
    with pytest.raises(TypeError, match="expected only dtype and where"):
        fzero.grad(lambda x: np.sin(x, signature="d->d").sum())(V)


# ------------------------------------------------------------------------------------ properties

SHAPES = st.lists(st.integers(0, 3), min_size=0, max_size=3).map(tuple)
KINDS = st.sampled_from([np.float64, np.float32, np.complex64, np.int32, np.bool_])


@settings(max_examples=120, deadline=None)
@given(SHAPES, KINDS, st.data())
def test_reductions_on_tracers_equal_numpys(shape, dtype, data):
    rng = np.random.default_rng(0)
    x = (rng.integers(-3, 4, shape) * 0.5).astype(dtype)
    axes = st.none() if not shape else st.none() | st.integers(-len(shape), len(shape) - 1)
    axis, keepdims = data.draw(axes), data.draw(st.booleans())
    name = data.draw(st.sampled_from("sum prod any all count_nonzero cumsum cumprod".split()))
    more = {} if name.startswith("cum") else {"keepdims": keepdims}

    def call(x):
        return getattr(np, name)(x, axis=axis, **more)

    got, want = fzero.vmap(call)(np.stack([x, x])), np.asarray(call(x))
    assert got.dtype == want.dtype
    np.testing.assert_allclose(got, np.stack([want, want]), rtol=1e-5)


@settings(max_examples=120, deadline=None)
@given(SHAPES, st.data())
def test_shape_functions_on_tracers_equal_numpys(shape, data):
    x = np.arange(float(np.prod(shape))).reshape(shape)
    pairs = st.tuples(st.integers(0, 2), st.integers(0, 2))
    n = len(shape)
    calls = {
        "transpose": st.permutations(range(n)).map(lambda p: (tuple(p),)),
        "flip": st.none().map(lambda a: (a,)),
        "roll": st.integers(-4, 4).map(lambda s: (s,)),
        "pad": st.lists(pairs, min_size=n, max_size=n).map(lambda p: (p,)),
        "repeat": st.integers(0, 3).map(lambda r: (r,)),
        "tile": st.lists(st.integers(0, 2), min_size=1, max_size=4).map(lambda r: (tuple(r),)),
        "ravel": st.sampled_from("CF").map(lambda o: (o,)),
    }
    name = data.draw(st.sampled_from(sorted(calls) if n else ["flip", "ravel", "tile"]))
    args = data.draw(calls[name])
    want = getattr(np, name)(x, *args)
    np.testing.assert_array_equal(through(lambda x: getattr(np, name)(x, *args), x), want)
    g = fzero.grad(lambda x: (getattr(fnp, name)(x, *args) ** 2).sum() + 0 * x.sum())(x)
    counts = fzero.grad(lambda x: getattr(fnp, name)(x, *args).sum() + 0 * x.sum())(x)
    np.testing.assert_allclose(g, 2 * x * counts)


def test_frequencies_have_a_derivative_in_the_spacing():
    n = 6
    slope = fzero.grad(lambda d: fnp.fft.rfftfreq(n, d)[1])(0.5)
    np.testing.assert_allclose(slope, -1 / (n * 0.25), rtol=1e-15)
    assert fnp.fft.fftfreq(n, 0.5, device="cpu").tolist() == np.fft.fftfreq(n, 0.5).tolist()
