"""Each section of docs/sharp_bits.md, held to more than the lines that it shows."""

import math
import re
import threading
from pathlib import Path

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
from fzero import random
from fzero.errors import (
    AssignmentError,
    BatchedValueError,
    LeakedTracerError,
    MixedDeviceError,
    MutatedArrayError,
    NaNError,
)
from fzero.scipy import linalg
from tests.strict import put, unwrap

PAGE = Path(__file__).parents[1] / "docs" / "sharp_bits.md"
COVERED: set[str] = set()


def covers(*sections):
    """Say which sections of the page a test holds."""
    COVERED.update(sections)
    return lambda test: test


def forward(f):
    """The derivative of a function of one number, by forward mode."""
    return lambda x: fzero.jvp(f, (x,), (np.ones_like(x),))[1]


#: What makes a transformed function of a function of one array.
TRANSFORMS = {"grad": fzero.grad, "jvp": forward}
transforms = pytest.mark.parametrize("transform", TRANSFORMS.values(), ids=list(TRANSFORMS))


@pytest.fixture
def x():
    return np.array([1.0, 2.0, 3.0])


# ---------------------------------------------------------------------------------- JAX's list


@transforms
@covers("Pure functions", "Methods and objects")
def test_the_function_runs_at_each_call(transform):
    class Counter:
        calls, factor = 0, 2.0

        def scaled(self, x):
            self.calls += 1
            return self.factor * x

    counter = Counter()
    derivative = transform(counter.scaled)
    assert derivative(1.0) == 2.0
    counter.factor = 3.0
    assert derivative(1.0) == 3.0
    assert counter.calls == 2


@pytest.mark.parametrize(
    "use", [lambda t: t + 1.0, np.sin, float, bool, lambda t: np.stack([t, t]), lambda t: t.sum()]
)
@pytest.mark.parametrize("transform", [fzero.grad, forward, fzero.vmap])
@covers("Pure functions")
def test_a_leaked_tracer_raises_where_it_is_used(transform, use):
    kept = []
    transform(lambda x: kept.append((x, fzero.value(x))) or x * 1.0)(
        np.ones(1) if transform is fzero.vmap else 1.0
    )
    tracer, value = kept[0]
    with pytest.raises(LeakedTracerError, match="has returned"):
        use(tracer)
    assert value == 1.0


@pytest.mark.parametrize("index", [0, slice(1), ..., [0, 1], np.array([True, False, False])])
@pytest.mark.parametrize("transform", [fzero.grad, forward, fzero.vmap])
@covers("In-place updates", "Assignment to arrays")
def test_no_store_loses_a_derivative(transform, index):
    def store(x):
        y = np.zeros(3)
        y[index] = x
        return y.sum()

    def add(x):
        y = np.ones(3)
        y[index] += x
        return y.sum()

    argument = np.ones(2) if transform is fzero.vmap else 2.0
    for f in (store, add):
        with pytest.raises((AssignmentError, TypeError, ValueError)):
            transform(f)(argument)


@transforms
@covers("In-place updates")
def test_the_way_out_of_a_store_works(transform):
    assert transform(lambda x: fzero.at(np.zeros(3), 0).set(x).sum())(2.0) == 1.0
    assert transform(lambda x: np.stack([x, 0.0, x]).sum())(2.0) == 2.0


@covers("In-place updates", "Assignment to arrays")
def test_assignment_to_a_tracer_names_at(x):
    def assign(x):
        x[0] = 5.0
        return x.sum()

    with pytest.raises(TypeError, match=re.escape("x = x.at[index].set(value)")):
        fzero.grad(assign)(x)
    assert fzero.grad(lambda x: (x.at[0].set(5.0) ** 2).sum())(x).tolist() == [0.0, 4.0, 6.0]
    assert fzero.at(x, 0).set(5.0).tolist() == [5.0, 2.0, 3.0]
    assert x.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("index", [3, -4, (slice(None), 0), [0, 7]])
@covers("Out-of-bounds indexing")
def test_an_index_out_of_bounds_raises(x, index):
    for f in (lambda v: v[index].sum(), lambda v: v.at[index].add(1.0).sum()):
        with pytest.raises(IndexError):
            fzero.grad(f)(x)
        with pytest.raises(IndexError):
            fzero.vmap(f)(np.stack([x, x]))


@covers("Out-of-bounds indexing")
def test_slices_end_where_the_array_ends(x):
    assert fzero.grad(lambda x: x[1:10].sum())(x).tolist() == [0.0, 1.0, 1.0]


@transforms
@covers("Non-array inputs", "Lists in place of arrays", "Lists of tracers")
def test_lists_of_tracers(transform):
    for refused in (lambda x: np.sum([x, 2 * x]), lambda x: np.array([x, 2 * x]).sum()):
        with pytest.raises(TypeError, match="Use fzero.numpy.array or numpy.stack"):
            transform(refused)(1.0)
    for f in (
        lambda x: fnp.sum([x, 2 * x]),
        lambda x: fnp.array([x, 2 * x]).sum(),
        lambda x: np.stack([x, 2 * x]).sum(),
        lambda x: np.concatenate([x[None], 2 * x[None]]).sum(),
    ):
        assert transform(f)(np.array(1.0)) == 3.0


@covers("Non-array inputs")
def test_a_list_is_a_pytree_as_an_argument():
    assert fzero.grad(lambda xs: xs[0] * xs[1])([2.0, 3.0]) == [3.0, 2.0]
    assert fnp.sum([1, 2, 3]) == 6


@covers("Random numbers")
def test_a_generator_gives_one_number_to_all_rows_and_a_key_one_to_each():
    rng = np.random.default_rng(0)
    shared = fzero.vmap(lambda x: x + rng.normal())(np.zeros(4))
    assert len(set(shared.tolist())) == 1
    keys = random.split(random.key(0), 4)
    own = fzero.vmap(lambda key: random.normal(key))(keys)
    assert len(set(own.tolist())) == 4
    assert own.tolist() == [float(random.normal(key)) for key in keys]


@transforms
@covers("Control flow")
def test_python_decides_on_values(transform):
    def f(x):
        while x < 100.0:
            x = 3 * x if x < 10.0 else 2 * x
        return x

    assert transform(f)(2.0) == 72.0  # 2, 6, 18, 36, 72, 144


@pytest.mark.parametrize("ask", [bool, float, int, range, lambda x: [1, 2][x]])
@covers("Control flow", "Python's if under vmap")
def test_python_cannot_ask_a_batched_value(ask):
    with pytest.raises(BatchedValueError, match=r"fzero.cond .* fallback='loop'"):
        fzero.vmap(lambda x: ask(x) and x)(np.array([0, 1]))


@covers("Control flow", "Python's if under vmap")
def test_the_ways_out_of_a_batched_if_agree_and_the_fallback_starts_again():
    xs, runs = np.array([4.0, -1.0]), []

    def branch(x):
        runs.append(1)
        return np.sqrt(x) if x > 0 else -x

    want = [2.0, 1.0]
    assert fzero.vmap(branch, fallback="loop")(xs).tolist() == want
    assert len(runs) == 1 + len(xs)
    assert fzero.vmap(lambda x: fzero.cond(x > 0, np.sqrt, np.negative, x))(xs).tolist() == want
    with np.errstate(invalid="ignore"):
        assert fzero.vmap(lambda x: np.where(x > 0, np.sqrt(x), -x))(xs).tolist() == want


@covers("Dynamic shapes")
def test_shapes_may_depend_on_values(x):
    assert fzero.grad(lambda x: (x[x > 1.5] ** 2).sum())(x).tolist() == [0.0, 4.0, 6.0]
    assert fzero.grad(lambda x: x[np.nonzero(x > 1.5)].sum())(x).tolist() == [0.0, 1.0, 1.0]
    assert fzero.grad(lambda x: np.unique(x).sum())(np.array([1.0, 1.0, 2.0])).tolist() == [1, 0, 1]
    with pytest.raises(BatchedValueError, match="a boolean mask as an index"):
        fzero.vmap(lambda x: x[x > 1.5].sum())(np.stack([x, x]))


@transforms
@covers("Debugging NaNs and infs")
def test_debug_nans_names_the_operation_and_the_line(transform):
    with np.errstate(invalid="ignore"), fzero.debug_nans():
        with pytest.raises(NaNError, match=r"log returned a NaN.*\n?.*np\.log\(x - 5\.0\)"):
            transform(lambda x: np.log(x - 5.0))(1.0)


@covers("Debugging NaNs and infs")
def test_infinities_are_numpys_to_report():
    with fzero.debug_nans(), np.errstate(divide="ignore"):
        assert fzero.grad(np.log)(0.0) == math.inf
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError, match="divide by zero"):
        fzero.grad(np.log)(0.0)


@pytest.mark.parametrize(
    "f, slope", [(np.sqrt, 0.25), (np.log, 0.25), (lambda x: 1 / x, -1 / 16), (np.arccosh, None)]
)
@covers("Debugging NaNs and infs")
def test_where_keeps_the_other_branch_out_of_the_gradient(f, slope):
    with np.errstate(all="ignore"):
        g = fzero.grad(lambda x: np.where(x > 0.5, f(x), 0.0).sum())(np.array([0.0, -1.0, 4.0]))
    assert g[:2].tolist() == [0.0, 0.0]
    assert g[2] == pytest.approx(1 / math.sqrt(15) if slope is None else slope)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.complex64])
@covers("Double precision")
def test_dtypes_are_kept(dtype):
    x = np.ones(3, dtype)
    f = lambda x: (2.5 * np.sin(x) ** 2).sum().real
    assert fzero.grad(f)(x).dtype == dtype
    y, t = fzero.jvp(f, (x,), (x,))
    assert y.dtype == t.dtype == f(x).dtype
    assert fzero.vmap(np.sin)(x).dtype == dtype


@covers("Double precision")
def test_a_wider_constant_promotes_the_value_and_not_the_gradient():
    x = np.ones(3, np.float32)
    value, g = fzero.value_and_grad(lambda x: (x * np.ones(3)).sum())(x)
    assert (value.dtype, g.dtype) == (np.float64, np.float32)


@covers("Miscellaneous divergences from NumPy", "a += b")
def test_an_in_place_operator_binds_a_new_value(x):
    def shift(x):
        x += 1
        return (x**2).sum()

    assert fzero.grad(shift)(x).tolist() == [4.0, 6.0, 8.0]
    assert x.tolist() == [1.0, 2.0, 3.0]
    shift(x)
    assert x.tolist() == [2.0, 3.0, 4.0]


@covers("Miscellaneous divergences from NumPy")
def test_a_slice_of_a_tracer_is_no_view(x):
    def through_a_view(x):
        v = x[:2]
        v += 1
        return x.sum()

    assert fzero.jvp(through_a_view, (x,), (x,))[0] == 6.0
    assert through_a_view(x) == 8.0


@covers("Miscellaneous divergences from NumPy", "a += b")
def test_writes_into_arrays_are_refused(x):
    def accumulate(x):
        total = np.zeros(3)
        total += x
        return total.sum()

    for f in (accumulate, lambda x: np.sin(x, out=np.zeros(3)).sum()):
        with pytest.raises(TypeError, match="out= is given with a tracer"):
            fzero.grad(f)(x)
    with pytest.raises(TypeError, match=r"Write fnp\.sort\(x\)"):
        fzero.grad(lambda x: x.sort())(x)


@covers("Miscellaneous divergences from NumPy")
def test_functions_without_a_rule_raise(x):
    alien = np.frompyfunc(lambda v: v + 1, 1, 1)
    with pytest.raises(TypeError, match="no rule for tracers"):
        fzero.grad(lambda x: alien(x).sum())(x)


@covers("Methods and objects")
def test_objects_are_no_pytrees_until_registered():
    class Spring:
        stiffness = 2.0

    with pytest.raises(TypeError, match="argument 0 is Spring"):
        fzero.grad(lambda s: s.stiffness * 1.0)(Spring())


# ------------------------------------------------------------------------------ autograd's list


@covers("A.dot(B)")
def test_the_method_dot(x):
    A = np.arange(9.0).reshape(3, 3)
    np.testing.assert_allclose(fzero.grad(lambda x: x.dot(A).dot(x))(x), (A + A.T) @ x)


@covers("isinstance checks")
def test_containers_keep_their_types_and_tracers_are_no_arrays(x):
    seen = []

    def ask(pair):
        seen.append((type(pair), isinstance(pair[0], np.ndarray), np.ndim(pair[0])))
        return (pair[0] * pair[1]).sum()

    for container in (tuple, list):
        fzero.grad(ask)(container([x, x]))
    assert seen == [(tuple, False, 1), (list, False, 1)]


# ------------------------------------------------------------------------------------- our own


@covers("Looking at a tracer")
def test_the_value_of_a_tracer_is_an_array():
    seen = []
    fzero.grad(lambda v: (seen.append(fzero.value(v)), v.sum())[1])(np.ones(3))
    assert type(seen[0]) is np.ndarray and not seen[0].flags.writeable


@pytest.mark.parametrize("plain", [float, lambda x: x.item(), lambda x: x.tolist(), math.sqrt])
@covers("Plain numbers have no derivative")
def test_a_plain_number_ends_the_derivative(plain):
    assert fzero.grad(lambda x: x * plain(x))(4.0) == plain(np.float64(4.0))


@covers("Plain numbers have no derivative")
def test_values_can_be_printed_and_rounded():
    seen = []

    def f(x):
        seen.extend([f"{x:.2f}", f"{x}", round(x), round(x, 1)])
        return x * round(x)

    for x in (2.718, np.array(2.718)):
        assert fzero.grad(f)(x) == 3
        assert [seen[0], *seen[2:]] == ["2.72", 3, 2.7]
        assert re.fullmatch(r"<tracer of .*: float64\[\] value=.*2\.718.*>", seen[1])
        seen.clear()
    with pytest.raises(BatchedValueError):
        fzero.vmap(round)(np.ones(2))


@covers("Plain numbers have no derivative")
def test_filling_an_array_ends_the_derivative():
    def fill(x):
        y = np.zeros(2)
        y.fill(x)
        return y.sum()

    assert fzero.value_and_grad(fill)(4.0) == (8.0, 0.0)


@covers("A plain array at a batched index")
def test_a_plain_array_at_a_batched_index():
    table, rows = np.array([10.0, 20.0, 30.0]), np.array([0, 2])
    for refused in (lambda i: table[i], lambda i: np.take(table, i)):
        with pytest.raises(TypeError, match="the argument is a tracer"):
            fzero.vmap(refused)(rows)
    for f in (lambda i: fnp.take(table, i), lambda i: fzero.at(table, i).get()):
        assert fzero.vmap(f)(rows).tolist() == [10.0, 30.0]


@covers("Arrays are read-only while a transform runs")
def test_arrays_are_read_only_while_a_transform_runs(x):
    weights, seen = np.ones(3), []

    def look():
        seen.extend([x.flags.writeable, weights.flags.writeable])

    def f(t):
        y = np.sum(t * weights)
        other = threading.Thread(target=look)
        other.start()
        other.join()
        return y

    fzero.grad(f)(x)
    assert seen == [False, False]
    assert x.flags.writeable and weights.flags.writeable


@pytest.mark.parametrize("as_advised", [False, True])
@covers("Arrays are read-only while a transform runs")
def test_a_write_raises_and_its_advice_works(x, as_advised):
    weights = np.ones(3)

    def writes(t):
        w = weights
        y = np.sum(t * w)
        if as_advised:
            w = w.copy()
        w[0] = 5.0
        return y + np.sum(t * w)

    if as_advised:
        assert fzero.grad(writes)(x).tolist() == [6.0, 2.0, 2.0]
    else:
        with pytest.raises(MutatedArrayError, match="Work on a copy"):
            fzero.grad(writes)(x)
    assert weights.tolist() == [1.0, 1.0, 1.0]
    assert weights.flags.writeable


@covers("Views made before")
def test_a_write_through_an_older_view_is_not_seen(x):
    weights = np.ones(3)
    view = weights[:]

    def writes(t):
        y = np.sum(t * weights)
        view[0] = 5.0
        return y

    # Documented, not wished for: NumPy does not tell an array which views it has.
    assert fzero.grad(writes)(x).tolist() == [5.0, 1.0, 1.0]


@pytest.mark.parametrize("change", [True, False])
@covers("Pullbacks verify a checksum")
def test_pullbacks_and_pushes_verify_their_arrays(x, change):
    weights = np.ones(3)
    f = lambda x: x * weights
    later = [fzero.vjp(f, x)[1], fzero.linearize(f, x)[1]]
    if change:
        weights[0] = 5.0
        for g in later:
            with pytest.raises(MutatedArrayError, match=r"shape \(3,\) and dtype float64"):
                g(np.ones(3))
    else:
        assert [np.ravel(g(np.ones(3))).tolist() for g in later] == [[1.0] * 3] * 2


@covers("CuPy arrays")
def test_arrays_of_another_library_are_not_watched_and_do_not_mix(x):
    weights = put(np.ones(3))

    def writes(t):
        y = (t * weights).sum()
        weights[0] = 5.0
        return y

    assert unwrap(fzero.grad(writes)(put(x))).tolist() == [5.0, 1.0, 1.0]
    with pytest.raises(MixedDeviceError, match="fzero.device_put"):
        fzero.grad(lambda t: fnp.sum(t * weights))(x)


@pytest.mark.gpu
@covers("CuPy arrays", "Out-of-bounds indexing")
def test_cupy_wraps_an_index_out_of_bounds(x):
    on_card = fzero.device_put(x, "gpu")
    index = fzero.device_put(np.array([3, 4]), "gpu")
    assert fzero.device_get(on_card[index]).tolist() == [1.0, 2.0]
    g = fzero.grad(lambda x: x[index].sum())(on_card)
    assert fzero.device_get(g).tolist() == [1.0, 1.0, 0.0]


@covers("Integers are not differentiable")
def test_integers_are_errors_or_constants(x):
    with pytest.raises(TypeError, match="argument 0 is int 3; expected floating-point arrays"):
        fzero.grad(lambda x: x**2)(3)
    assert fzero.grad(lambda x: x**2 * 1.0, allow_int=True)(3) == 0.0
    assert fzero.grad(lambda x: x[np.argmax(x)])(x).tolist() == [0.0, 0.0, 1.0]


@pytest.mark.parametrize(
    "cast",
    [
        lambda x: x.astype(int),
        lambda x: x.astype(bool) * 3,
        lambda x: fnp.asarray(x, dtype=int),
        lambda x: np.cumsum(x, dtype=int),
        lambda x: fzero.at(np.zeros(2, int), [0, 1]).set(x),
        lambda x: x.astype("int8").astype(float),
    ],
)
@covers("Integers are not differentiable")
def test_no_derivative_passes_through_integers(cast):
    x, t = np.array([1.5, 2.5]), np.array([1.0, 0.0])
    f = lambda x: x * cast(x)
    want = np.asarray(cast(x), float)
    np.testing.assert_array_equal(fzero.grad(lambda x: f(x).sum())(x), want)
    np.testing.assert_array_equal(fzero.jvp(f, (x,), (t,))[1], want * t)
    np.testing.assert_array_equal(fzero.linearize(f, x)[1](t), want * t)
    rows = fzero.vmap(fzero.grad(lambda x: f(x).sum()))(np.stack([x, x]))
    np.testing.assert_array_equal(rows, [want, want])


@covers("Integers are not differentiable")
def test_a_value_cast_to_an_integer_is_an_index():
    table = np.array([10.0, 20.0, 30.0])
    f = lambda x: (x * table[np.floor(x).astype(int)]).sum()
    assert fzero.grad(f)(np.array([0.5, 2.5])).tolist() == [10.0, 30.0]


@covers("Complex gradients are not conjugated")
def test_complex_gradients_follow_jax():
    f = lambda z: (z**3).real + 2 * z.imag
    z, eps = 1.0 + 2.0j, 1e-6
    da = (f(np.complex128(z + eps)) - f(np.complex128(z - eps))) / (2 * eps)
    db = (f(np.complex128(z + 1j * eps)) - f(np.complex128(z - 1j * eps))) / (2 * eps)
    assert fzero.grad(f)(z) == pytest.approx(da - 1j * db, rel=1e-8)


@covers("Eigenvectors and repeated eigenvalues")
@pytest.mark.parametrize("transform", ["reverse", "forward"])
def test_values_are_right_where_they_repeat_and_vectors_are_not(transform):
    double = np.diag([1.0, 1.0, 2.0])
    mixes = np.array([[0.3, 1.0, 0.2], [1.0, -0.4, 0.5], [0.2, 0.5, 0.7]])

    def slope(f):
        if transform == "forward":
            return fzero.jvp(f, (double,), (mixes,))[1]
        return np.sum(fzero.grad(f)(double) * mixes)

    cubes = lambda a: (np.linalg.eigvalsh(a) ** 3).sum()
    assert slope(cubes) == pytest.approx(3 * np.trace(double @ double @ mixes))
    assert slope(lambda a: np.linalg.svd(a)[1].sum()) == pytest.approx(np.trace(mixes))
    assert slope(lambda a: np.linalg.norm(a, "nuc")) == pytest.approx(np.trace(mixes))
    by_vectors = lambda a: (lambda w, v: ((v * np.exp(w)) @ v.T)[0, 1])(*np.linalg.eigh(a))
    assert slope(by_vectors) == 0.0
    assert slope(lambda a: linalg.expm(a)[0, 1]) == pytest.approx(np.e)


@covers("Functions that run again")
def test_checkpoint_runs_twice_and_eval_shape_once_on_zeros():
    seen = []
    f = lambda x: seen.append(float(x)) or x**2
    assert fzero.grad(fzero.checkpoint(f))(3.0) == 6.0
    assert seen == [3.0, 3.0]
    argument = fzero.ShapeDtypeStruct((), np.float64)
    shape = fzero.eval_shape(lambda x: f(x) if x > 0 else np.stack([f(x)] * 2), argument).shape
    assert (shape, seen[2:]) == ((2,), [0.0])


@transforms
@covers("SciPy and other libraries of the Array API")
def test_libraries_assign_into_results_and_take_arrays_of_one_namespace(transform):
    """What SciPy's functions do, which tests/test_interop.py runs."""

    def library(x, weights):
        xp = x.__array_namespace__()
        assert weights.__array_namespace__() is xp
        out = xp.zeros(3)
        out[0] = x * weights[1]
        return xp.sum(out)

    weights = np.array([2.0, 3.0])
    own = lambda x: x.__array_namespace__().asarray(weights)
    assert transform(lambda x: library(x, own(x)))(1.5) == 3.0
    with pytest.raises(AssertionError):
        transform(lambda x: library(x, weights))(1.5)


@transforms
@covers("In-place updates")
def test_a_copy_takes_assignment_until_it_is_handed_on(transform):
    def f(x):
        y = fnp.array([x, 2 * x, 3.0])
        y[1:] = y[:-1] * x
        fzero.tree.leaves(y)
        with pytest.raises(TypeError, match=r"y = y\.copy\(\)"):
            y[0] = 1.0
        return y.sum()

    assert transform(f)(1.5) == 1 + 3 + 6


def test_each_section_of_the_page_has_a_test():
    sections = re.findall(r"^## (.*)$", PAGE.read_text(), re.MULTILINE)
    assert sorted(COVERED) == sorted(sections)
