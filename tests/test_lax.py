"""fzero.lax beside jax.lax: values, both modes, vmap; and what only fzero.lax says."""

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
from fzero import lax
from tests.beside_jax import near

RNG = np.random.default_rng(0)


def draw(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape)


def positive(*shape: int) -> np.ndarray:
    return RNG.uniform(0.5, 3.0, shape)


X, Y = draw(4, 5), draw(4, 5)
VOLUME = draw(3, 4, 5)
SHAPES = positive(2, 4)
WHICH = RNG.integers(0, 3, (4, 5))
IMAGES, KERNEL = draw(4, 4, 7, 6), draw(6, 4, 3, 2)
GROUPED, HALVES = draw(6, 2, 3, 2), draw(4, 4, 3, 2)
NHWC, HWIO = draw(2, 5, 6, 3), draw(3, 2, 3, 4)
SIGNAL, TAPS = draw(2, 6, 3), draw(3, 3, 4)
MATRICES, OTHERS = draw(3, 2, 4), draw(3, 4, 5)
DIMENSIONS = ("NHWC", "HWIO", "NCHW")

UNARY = (
    "abs acosh asinh atan bessel_i0e bessel_i1e cbrt ceil cos cosh digamma erf erfc exp exp2 expm1 "
    "floor lgamma log log1p logistic neg reciprocal rsqrt sign sin sinh sqrt square tan tanh"
).split()
BINARY = "add atan2 div max min mul pow rem sub".split()

#: (name, function of the library and its operands, operands)
CASES = [
    *[(n, lambda lax, x, n=n: getattr(lax, n)(x), [positive(3, 4) + 1]) for n in UNARY],
    *[
        (n, lambda lax, x, n=n: getattr(lax, n)(x), [RNG.uniform(-0.9, 0.9, (5,))])
        for n in ("acos", "asin", "atanh", "erf", "erf_inv", "logistic")
    ],
    *[
        (n, lambda lax, x, y, n=n: getattr(lax, n)(x, y), [positive(3, 4), positive(3, 4)])
        for n in BINARY
    ],
    ("clamp", lambda lax, x: lax.clamp(-0.5, x, 0.7), [X]),
    ("clamp", lambda lax, a, x, b: lax.clamp(a, x, b), [X - 0.5, Y, X + 0.5]),
    ("select", lambda lax, x, y: lax.select(WHICH == 1, x, y), [X, Y]),
    ("select_n", lambda lax, x, y: lax.select_n(WHICH == 1, x, y), [X, Y]),
    ("select_n", lambda lax, x, y: lax.select_n(WHICH, x, y, x * y), [X, Y]),
    ("convert", lambda lax, x: lax.convert_element_type(x, np.float64), [X]),
    ("cumsum", lambda lax, x: lax.cumsum(x, 1), [X]),
    ("cumsum", lambda lax, x: lax.cumsum(x, 0, reverse=True), [X]),
    ("cumprod", lambda lax, x: lax.cumprod(x, 1), [X]),
    ("cumprod", lambda lax, x: lax.cumprod(x, 1, reverse=True), [X]),
    ("cummax", lambda lax, x: lax.cummax(x, 1), [X]),
    ("cummax", lambda lax, x: lax.cummax(x, 0, reverse=True), [X]),
    ("cummin", lambda lax, x: lax.cummin(x, 1), [X]),
    ("cummin", lambda lax, x: lax.cummin(x, 1, reverse=True), [X]),
    ("cumlogsumexp", lambda lax, x: lax.cumlogsumexp(x, 1), [X]),
    ("cumlogsumexp", lambda lax, x: lax.cumlogsumexp(x, 0, reverse=True), [X]),
    ("dot", lambda lax, x, y: lax.dot(x, y), [X[0], Y[1]]),
    ("dot", lambda lax, x, y: lax.dot(x, y), [X, Y.T]),
    ("dot", lambda lax, x, y: lax.dot(x, y), [X, Y[0]]),
    ("dot", lambda lax, x, y: lax.dot(x, y, dimension_numbers=(([0], [0]), ([], []))), [X, Y]),
    ("dot_general", lambda lax, x, y: lax.dot_general(x, y, (([2], [1]), ([0], [0]))),
     [MATRICES, OTHERS]),
    ("dot_general", lambda lax, x, y: lax.dot_general(x, y, (([0, 2], [0, 1]), ([], []))),
     [MATRICES, OTHERS]),
    ("dot_general", lambda lax, x, y: lax.dot_general(x, y, (([], []), ([1], [0]))), [X.T, X]),
    ("batch_matmul", lambda lax, x, y: lax.batch_matmul(x, y), [MATRICES, OTHERS]),
    ("dynamic_slice", lambda lax, x: lax.dynamic_slice(x, (1, 2), (2, 3)), [X]),
    ("dynamic_slice", lambda lax, x: lax.dynamic_slice(x, np.array([9, -3]), (2, 3)), [X]),
    ("dynamic_slice_in_dim", lambda lax, x: lax.dynamic_slice_in_dim(x, 2, 2, 1), [X]),
    ("dynamic_index_in_dim", lambda lax, x: lax.dynamic_index_in_dim(x, 7, 1), [X]),
    ("dynamic_index_in_dim", lambda lax, x: lax.dynamic_index_in_dim(x, 1, 0, False), [X]),
    ("dynamic_update_slice", lambda lax, x, u: lax.dynamic_update_slice(x, u, (1, -3)),
     [X, draw(2, 2)]),
    ("dynamic_update_slice", lambda lax, x, u: lax.dynamic_update_slice(x, u, np.array([9, 1])),
     [X, draw(2, 2)]),
    ("dynamic_update_slice_in_dim",
     lambda lax, x, u: lax.dynamic_update_slice_in_dim(x, u, 4, 1), [X, draw(4, 2)]),
    ("dynamic_update_index_in_dim",
     lambda lax, x, u: lax.dynamic_update_index_in_dim(x, u, 2, 1), [X, draw(4)]),
    ("dynamic_update_index_in_dim",
     lambda lax, x, u: lax.dynamic_update_index_in_dim(x, u, 2, 1), [X, draw(4, 1)]),
    ("pad", lambda lax, x: lax.pad(x, 0.0, [(1, 2, 0), (0, 1, 2)]), [X]),
    ("pad", lambda lax, x, v: lax.pad(x, v, [(-1, 2, 1), (3, -4, 2)]), [X, np.array(1.5)]),
    ("pad", lambda lax, x, v: lax.pad(x, v, [(-9, 20, 1), (0, 0, 0)]), [X, np.array(1.5)]),
    ("pad", lambda lax, x: lax.pad(x, 0.0, [(20, -18, 1), (-5, 2, 3)]), [X]),
    ("conv", lambda lax, x, w: lax.conv(x, w, (1, 2), "SAME"), [IMAGES, KERNEL]),
    ("conv", lambda lax, x, w: lax.conv(x, w, (2, 1), "VALID"), [IMAGES, KERNEL]),
    ("conv_with_general_padding",
     lambda lax, x, w: lax.conv_with_general_padding(x, w, (1, 2), [(2, 1), (-1, 3)], (2, 1),
                                                     (1, 2)), [IMAGES, KERNEL]),
    ("conv_general_dilated",
     lambda lax, x, w: lax.conv_general_dilated(x, w, (2, 1), "SAME_LOWER", None, (2, 2)),
     [IMAGES, KERNEL]),
    ("conv_general_dilated",
     lambda lax, x, w: lax.conv_general_dilated(x, w, (1, 1), "SAME", feature_group_count=2),
     [IMAGES, GROUPED]),
    ("conv_general_dilated",
     lambda lax, x, w: lax.conv_general_dilated(x, w, (2, 1), [(1, 0), (0, 2)],
                                                batch_group_count=2), [IMAGES, HALVES]),
    ("conv_general_dilated",
     lambda lax, x, w: lax.conv_general_dilated(x, w, (1, 2), "SAME",
                                                dimension_numbers=DIMENSIONS), [NHWC, HWIO]),
    ("conv_general_dilated",
     lambda lax, x, w: lax.conv_general_dilated(x, w, (), []), [X, Y]),
    *[
        ("conv_transpose",
         lambda lax, x, w, p=p, s=s, d=d: lax.conv_transpose(x, w, (s,), p, (d,)), [SIGNAL, TAPS])
        for p, s, d in [("SAME", 2, 1), ("VALID", 2, 2), ("SAME", 4, 1), ([(2, 1)], 3, 1)]
    ],
    ("conv_transpose",
     lambda lax, x, w: lax.conv_transpose(x, w, (2, 1), "SAME", transpose_kernel=True,
                                          dimension_numbers=("NCHW", "OIHW", "NCHW")),
     [IMAGES, draw(4, 3, 3, 2)]),
    *[
        ("reduce_window",
         lambda lax, x, init=init, name=name: lax.reduce_window(
             x, init, getattr(lax, name), (2, 3), (2, 1), "SAME"), [X])
        for init, name in [(0.0, "add"), (-np.inf, "max"), (np.inf, "min")]
    ],
    ("reduce_window",
     lambda lax, x: lax.reduce_window(x, 0.0, lax.add, (2, 2), (1, 2), [(1, 2), (0, 3)], (2, 1),
                                      (1, 2)), [X]),
    ("reduce_window",
     lambda lax, x: lax.reduce_window(x, -np.inf, lax.max, (3, 2), (2, 1), [(1, 0), (0, 1)]),
     [X]),
    ("reduce", lambda lax, x: lax.reduce(x, 0.0, lax.add, (1,)), [VOLUME]),
    ("reduce", lambda lax, x: lax.reduce(x, -np.inf, lax.max, (0, 2)), [VOLUME]),
    ("reduce", lambda lax, x: lax.reduce(x, 1.0, lax.mul, (0, 1)), [VOLUME]),
    ("sort", lambda lax, x: lax.sort(x, 0), [X]),
    ("sort", lambda lax, x, y: lax.sort((x, y), 1), [X, Y]),
    ("sort", lambda lax, x, y: lax.sort((lax.floor(x), y, x), 0, num_keys=2)[1:], [X, Y]),
    ("sort_key_val", lambda lax, x, y: lax.sort_key_val(x, y), [X, Y]),
    ("top_k", lambda lax, x: lax.top_k(x, 3)[0], [X]),
    ("top_k", lambda lax, x: lax.top_k(x, 2, axis=0)[0], [X]),
    ("broadcast", lambda lax, x: lax.broadcast(x, (2, 3)), [X]),
    ("broadcast_in_dim", lambda lax, x: lax.broadcast_in_dim(x, (4, 2, 5), (0, 2)), [X]),
    ("broadcast_in_dim", lambda lax, x: lax.broadcast_in_dim(x, (3, 4), (1,)), [X[:1, 0]]),
    ("collapse", lambda lax, x: lax.collapse(x, 1), [VOLUME]),
    ("collapse", lambda lax, x: lax.collapse(x, 0, 2), [VOLUME]),
    ("concatenate", lambda lax, x, y: lax.concatenate([x, y], 1), [X, Y]),
    ("expand_dims", lambda lax, x: lax.expand_dims(x, (0, 2)), [X]),
    ("squeeze", lambda lax, x: lax.squeeze(x, (0,)), [X[:1]]),
    ("reshape", lambda lax, x: lax.reshape(x, (10, 2)), [X]),
    ("reshape", lambda lax, x: lax.reshape(x, (10, 2), (1, 0)), [X]),
    ("transpose", lambda lax, x: lax.transpose(x, (2, 0, 1)), [VOLUME]),
    ("rev", lambda lax, x: lax.rev(x, (0, 2)), [VOLUME]),
    ("slice", lambda lax, x: lax.slice(x, (1, 0), (4, 5), (2, 3)), [X]),
    ("slice_in_dim", lambda lax, x: lax.slice_in_dim(x, 1, -1, 2, axis=1), [X]),
    ("index_in_dim", lambda lax, x: lax.index_in_dim(x, -1, 1), [X]),
    ("index_in_dim", lambda lax, x: lax.index_in_dim(x, 2, 0, False), [X]),
    ("full_like", lambda lax, x: lax.full_like(x, 2.0) * x, [X]),
    ("split", lambda lax, x: list(lax.split(x, (2, 0, 3), 1)), [X]),
    ("stack", lambda lax, x, y: lax.stack([x, y], 1), [X, Y]),
    ("unstack", lambda lax, x: list(lax.unstack(x, 1)), [X]),
    ("tile", lambda lax, x: lax.tile(x, (2, 3)), [X]),
    ("broadcast_like", lambda lax, x, y: lax.broadcast_like(x, y), [X, VOLUME[:, :, :1] + X]),
    ("index_take",
     lambda lax, x: lax.index_take(x, (np.array([0, -1, 7]), np.array([2, 1, 9])), (0, 2)),
     [VOLUME]),
    ("integer_pow", lambda lax, x: lax.integer_pow(x, 3), [X]),
    ("integer_pow", lambda lax, x: lax.integer_pow(x, -2), [X]),
    ("polygamma", lambda lax, x: lax.polygamma(2.0, x), [positive(3, 4)]),
    *[
        (name, lambda lax, x, n=name: getattr(lax, n)(np.tile([0.5, 2.0, 9.0, 30.0], (3, 1)), x),
         [positive(3, 4)])
        for name in ("igamma", "igammac")
    ],
    ("betainc", lambda lax, x: lax.betainc(SHAPES[:1], SHAPES[1:2], x),
     [RNG.uniform(0.1, 0.9, (3, 4))]),
    ("round", lambda lax, x: x * lax.round(x), [3 * X]),
    ("round", lambda lax, x: lax.round(x, lax.RoundingMethod.TO_NEAREST_EVEN), [3 * X]),
    *[
        (name, lambda lax, x, n=name: getattr(lax, n)(x, (0, 2)), [VOLUME])
        for name in ("reduce_max", "reduce_min", "reduce_prod", "reduce_sum")
    ],
    ("fft", lambda lax, x: lax.real(lax.fft(x, lax.FftType.RFFT, (4, 5))), [VOLUME]),
    ("fft", lambda lax, x: lax.imag(lax.fft(lax.complex(x, 2 * x), "fft", (5,))), [VOLUME]),
    ("fft", lambda lax, x: lax.abs(lax.fft(lax.complex(x, x), "IFFT", (4, 5))), [VOLUME]),
    ("fft", lambda lax, x: lax.fft(lax.complex(x, x), lax.FftType.IRFFT, (8,)), [VOLUME]),
    ("conv_general_dilated_patches",
     lambda lax, x: lax.conv_general_dilated_patches(x, (3, 2), (2, 1), "SAME", None, (1, 2)),
     [IMAGES]),
    ("conv_general_dilated_patches",
     lambda lax, x: lax.conv_general_dilated_patches(
         x, (2, 3), (1, 1), "VALID", dimension_numbers=("NHWC", "OIWH", "CHWN")), [NHWC]),
    ("conv_general_dilated_local",
     lambda lax, x, w: lax.conv_general_dilated_local(x, w, (2, 1), "VALID", (3, 2)),
     [IMAGES, draw(2, 24, 3, 5)]),
    ("conv_general_dilated_local",
     lambda lax, x, w: lax.conv_general_dilated_local(
         x, w, (1, 2), [(1, 0), (0, 1)], (2, 2), dimension_numbers=("NHWC", "HWIO", "NHWC")),
     [NHWC, draw(5, 3, 12, 4)]),
    ("scan", lambda lax, x: lax.scan(lambda c, r: (c * r, c + r), x[0], x)[1], [X]),
    ("map", lambda lax, x: lax.map(lambda r: r * r[0], x), [X]),
    ("fori_loop", lambda lax, x: lax.fori_loop(0, 3, lambda i, v: v * x, x), [X]),
    ("associative_scan", lambda lax, x: lax.associative_scan(lax.add, x, axis=1), [X]),
    ("stop_gradient", lambda lax, x: x * lax.stop_gradient(x), [X]),
]  # fmt: skip
IDS = [f"{name}-{i}" for i, (name, *_) in enumerate(CASES)]


def cotangents(ans):
    rng = np.random.default_rng(1)
    return fzero.tree.map(lambda a: rng.normal(size=np.shape(a)), ans)


@pytest.mark.parametrize(("name", "function", "operands"), CASES, ids=IDS)
def test_values_and_derivatives_are_those_of_jax(jax, name, function, operands):
    def ours(*xs):
        return function(lax, *xs)

    def theirs(*xs):
        return function(jax.lax, *xs)

    inputs = [jax.numpy.asarray(x) for x in operands]
    tangents = [np.cos(np.asarray(x) + 1) for x in operands]
    value, push = jax.jvp(theirs, tuple(inputs), tuple(map(jax.numpy.asarray, tangents)))
    near(ours(*operands), value)
    near(fzero.jvp(ours, tuple(operands), tuple(tangents)), (value, push))
    ans, pull = fzero.vjp(ours, *operands)
    g = cotangents(ans)
    near(pull(g), jax.vjp(theirs, *inputs)[1](jax.tree.map(jax.numpy.asarray, g)))


@pytest.mark.parametrize(("name", "function", "operands"), CASES, ids=IDS)
def test_vmap_is_a_loop(name, function, operands):
    rows = [np.stack([x, x * 0.9]) for x in operands]
    batched = fzero.vmap(lambda *xs: function(lax, *xs))(*rows)
    looped = [function(lax, *(r[i] for r in rows)) for i in range(2)]
    near(batched, fzero.tree.map(lambda a, b: np.stack([a, b]), *looped))


def test_every_name_of_ours_is_one_of_jax(jax):
    assert [n for n in lax.__all__ if not hasattr(jax.lax, n)] == []
    assert len(set(lax.__all__)) == len(lax.__all__)


# ------------------------------------------------------------------ starts and indices that vary


def test_starts_that_differ_between_rows(jax):
    starts, rows = np.array([-9, -2, 1, 7]), draw(4, 6)

    def read(lax, x, i):
        return lax.dynamic_slice_in_dim(x, i, 3)

    def write(lax, x, i):
        return lax.dynamic_update_slice(x, x[:2] * 2, (i,))

    for function in (read, write):
        ours = fzero.vmap(lambda x, i, f=function: f(lax, x, i))
        theirs = jax.vmap(lambda x, i, f=function: f(jax.lax, x, i))
        near(ours(rows, starts), theirs(rows, starts))
        near(
            fzero.grad(lambda x, f=ours: (f(x, starts) ** 2).sum())(rows),
            jax.grad(lambda x, f=theirs: (f(x, starts) ** 2).sum())(rows),
        )


@pytest.mark.parametrize("start", [-7, -2, 0, 3, 9])
def test_a_start_may_be_a_number_or_an_array(start):
    plain = lax.dynamic_slice(X, (1, start), (2, 3))
    np.testing.assert_array_equal(plain, lax.dynamic_slice(X, (1, np.array(start)), (2, 3)))
    assert plain.shape == (2, 3)


def test_places_are_those_of_jax(jax):
    for name in ("argmax", "argmin"):
        ours, theirs = (getattr(m, name)(X, 1, np.int32) for m in (lax, jax.lax))
        np.testing.assert_array_equal(ours, theirs, strict=True)
    np.testing.assert_array_equal(lax.top_k(X, 3)[1], jax.lax.top_k(X, 3)[1])


def test_integers_keep_their_dtype(jax):
    x = np.array([[3, -7, 2], [5, 1, -4]], np.int32)
    for f in (
        lambda lax: lax.cumsum(x, 1),
        lambda lax: lax.reduce(x, np.int32(1), lax.mul, (0,)),
        lambda lax: lax.reduce_window(x, np.int32(0), lax.add, (2, 2)),
        lambda lax: lax.div(x, np.int32(2)),
        lambda lax: lax.rem(x, np.int32(2)),
        lambda lax: lax.iota(np.int32, 4),
        lambda lax: lax.broadcasted_iota(np.int32, (2, 3), 1),
        lambda lax: lax.full((2,), 3, np.int32),
        lambda lax: lax.convert_element_type(np.array([1.7, -1.7]), np.int32),
    ):
        np.testing.assert_array_equal(f(lax), f(jax.lax), strict=True)


WORDS = np.array([0, 1, -1, 7, -128, 127, 100], np.int8)
SHIFTS = np.array([3, 7, 2, 8, 1, 0, -1], np.int8)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.uint64])
@pytest.mark.parametrize(
    "name", "clz population_count shift_left shift_right_arithmetic shift_right_logical".split()
)
def test_bits_are_those_of_jax(jax, name, dtype):
    words = [WORDS.astype(dtype), SHIFTS.astype(dtype)][: 1 + name.startswith("shift")]
    theirs = getattr(jax.lax, name)(*map(jax.numpy.asarray, words))
    ours = getattr(lax, name)
    np.testing.assert_array_equal(ours(*words), theirs, strict=True)
    np.testing.assert_array_equal(fzero.vmap(ours)(*words), theirs, strict=True)


@pytest.mark.parametrize("name", ["reduce_and", "reduce_or", "reduce_xor"])
def test_reductions_of_bits_are_those_of_jax(jax, name):
    words = RNG.integers(-100, 100, (3, 4, 2)).astype(np.int16)
    for x in (words, words % 3 > 0, words.astype(np.uint8), words[:, :0]):
        theirs = getattr(jax.lax, name)(jax.numpy.asarray(x), (1,))
        np.testing.assert_array_equal(getattr(lax, name)(x, (1,)), theirs, strict=True)
        by_row = fzero.vmap(lambda r: getattr(lax, name)(r, (0,)))(x)
        np.testing.assert_array_equal(by_row, theirs, strict=True)


def test_small_names_are_those_of_jax(jax):
    halves = np.arange(-3, 4) / 2
    for f in (
        lambda lax: lax.round(halves),
        lambda lax: np.asarray(lax.random_gamma_grad(halves + 3, halves**2 + 1)).round(9),
        lambda lax: np.asarray(lax.zeta(2.5, halves + 4)).round(12),
        lambda lax: lax.nextafter(halves, np.ones(7)),
        lambda lax: lax.complex(np.float32(1), np.float32(2)),
        lambda lax: lax.empty((2, 3), np.float32) * 0,
        lambda lax: lax.dtype(np.zeros(2, np.int16)).itemsize,
        lambda lax: lax.broadcast_shapes((2, 1), (3,)),
        lambda lax: lax.reduce_window_shape_tuple(
            (7, 6), (3, 2), (2, 1), [(1, 2), (0, 1)], (2, 1), (1, 3)
        ),
    ):
        np.testing.assert_array_equal(f(lax), f(jax.lax), strict=True)


def test_rows_of_a_named_axis(jax):
    def share(lax, x):
        return x / lax.psum(x, "i") + lax.pmean(x, "i") * lax.axis_index("i") / lax.axis_size("i")

    ours, theirs = (m.vmap(lambda x, m=m: share(m.lax, x), axis_name="i")(X) for m in (fzero, jax))
    near(ours, theirs)


def test_float32_stays():
    x = X.astype(np.float32)
    image, kernel = IMAGES.astype(np.float32), KERNEL.astype(np.float32)
    results = [
        lax.rsqrt(abs(x)), lax.cumlogsumexp(x), lax.pad(x, 1.5, [(1, 1, 1)] * 2), lax.dot(x, x.T),
        lax.reduce_window(x, 0.0, lax.add, (2, 2)), lax.reduce(x, np.float64(0), lax.max, (0,)),
        lax.conv(image, kernel, (1, 1), "SAME"), lax.clamp(0.0, x, 1.0),
    ]  # fmt: skip
    assert {r.dtype for r in results} == {np.dtype(np.float32)}


def test_convolutions_cast_to_the_dtype_asked_for():
    y = lax.conv(IMAGES, KERNEL, (1, 1), "SAME", preferred_element_type=np.float32)
    assert y.dtype == np.float32
    assert lax.dot(X, X.T, preferred_element_type=np.float32).dtype == np.float32


# ----------------------------------------------------------------------------- folds


def test_any_function_folds_a_window_and_an_axis(jax):
    def hypot(a, b):
        return (a * a + b * b) ** 0.5

    known = lax.reduce_window(X, 0.0, lambda a, b: a + b, (2, 3), padding="SAME")
    near(known, lax.reduce_window(X, 0.0, lax.add, (2, 3), padding="SAME"))
    near(
        lax.reduce_window(X, 0.0, hypot, (2, 2)),
        np.sqrt(lax.reduce_window(X**2, 0.0, lax.add, (2, 2))),
    )
    near(lax.reduce(X, 0.0, hypot, (1,)), np.linalg.norm(X, axis=1))


def test_a_fold_of_pairs_finds_the_place_of_the_largest(jax):
    places = np.broadcast_to(np.arange(5), X.shape)

    def larger(a, b):
        first = a[0] >= b[0]
        return fnp.where(first, a[0], b[0]), fnp.where(first, a[1], b[1])

    value, place = lax.reduce((X, places), (-np.inf, -1), larger, (1,))
    near(value, X.max(1))
    np.testing.assert_array_equal(place, X.argmax(1))
    assert lax.reduce_window((X, places), (-np.inf, -1), larger, (1, 2))[1].shape == (4, 4)


def test_a_maximum_in_dilated_windows(jax):
    def pooled(lax, x, larger):
        return lax.reduce_window(x, -np.inf, larger, (2, 2), (1, 1), "SAME", (2, 1), (1, 2))

    near(pooled(lax, X, lax.max), pooled(jax.lax, X, jax.lax.max))  # JAX has no gradient here
    ours, folded = (
        fzero.grad(lambda x, f=f: (pooled(lax, x, f) ** 3).clip(-9, 9).sum())(X)
        for f in (lax.max, lambda a, b: fnp.maximum(a, b))
    )
    near(ours, folded)


def test_an_empty_fold_is_where_it_starts():
    for computation in (lax.add, lax.max, lambda a, b: a * b):
        np.testing.assert_array_equal(
            lax.reduce(np.zeros((2, 0)), 7.0, computation, (1,)), [7.0, 7.0]
        )


# ----------------------------------------------------------------------------- extremes


def test_cumlogsumexp_neither_overflows_nor_loses_minus_infinity():
    x = np.array([-np.inf, 1000.0, 1000.0])
    np.testing.assert_allclose(lax.cumlogsumexp(x), [-np.inf, 1000.0, 1000.0 + np.log(2)])


def test_what_is_out_of_range_takes_the_nearest_case():
    which = np.array([-3, 0, 2, 9])
    cases = [np.full(4, float(i)) for i in range(3)]
    assert lax.select_n(which, *cases).tolist() == [0.0, 0.0, 2.0, 2.0]


# ----------------------------------------------------------------------------- errors

LINE = np.ones((1, 1, 3))


@pytest.mark.parametrize(
    ("wrong", "message", "right"),
    [
        (lambda: lax.pad(X, 0.0, [(1, 1, 0)]), "pad: padding_config",
         lambda: lax.pad(X, 0.0, [(1, 1, 0), (0, 0, 0)])),
        (lambda: lax.pad(X, 0.0, [(-9, 0, 0), (0, 0, 0)]), "stays >= 0",
         lambda: lax.pad(X, 0.0, [(-4, 0, 0), (0, 0, 0)])),
        (lambda: lax.padtype_to_pads((3,), (2,), (1,), "FULL"), "'SAME_LOWER'",
         lambda: lax.padtype_to_pads((3,), (2,), (1,), "VALID")),
        (lambda: lax.conv(LINE, np.ones((1, 1, 4)), (1,), "VALID"), "'SAME'",
         lambda: lax.conv(LINE, np.ones((1, 1, 4)), (1,), "SAME")),
        (lambda: lax.conv(LINE, np.ones((1, 2, 2)), (1,), "SAME"), "1 features",
         lambda: lax.conv(LINE, np.ones((2, 1, 2)), (1,), "SAME")),
        (lambda: lax.conv(LINE, LINE, (0,), "SAME"), "window_strides",
         lambda: lax.conv(LINE, LINE, (1,), "SAME")),
        (lambda: lax.conv_general_dilated(LINE, LINE, (1,), "SAME", (2,)), "conv_transpose",
         lambda: lax.conv_transpose(LINE, np.ones((1, 3, 1)), (2,), "SAME")),
        (lambda: lax.conv_dimension_numbers((1, 2, 3), (1, 2, 3), ("NCH", "OIH", "NCW")), "N and C",
         lambda: lax.conv_dimension_numbers((1, 2, 3), (1, 2, 3), ("NCH", "OIH", "NHC"))),
        (lambda: lax.dot(VOLUME, X), "batch_matmul",
         lambda: lax.batch_matmul(VOLUME, VOLUME.swapaxes(1, 2))),
        (lambda: lax.dot_general(X, Y, (([1], [0]), ([], []))), "equal sizes",
         lambda: lax.dot_general(X, Y, (([1], [1]), ([], [])))),
        (lambda: lax.batch_matmul(VOLUME, X), "leading axes", lambda: fnp.matmul(VOLUME, X.T)),
        (lambda: lax.dynamic_slice(X, (1,), (2,)), "in_dim",
         lambda: lax.dynamic_slice_in_dim(X, 1, 2)),
        (lambda: lax.dynamic_slice(X, (0, 0), (5, 1)), "at most the array's",
         lambda: lax.dynamic_slice(X, (0, 0), (4, 1))),
        (lambda: lax.slice(X, (0, 0), (5, 5)), "limit", lambda: X[0:5, 0:5]),
        (lambda: lax.sort((X, VOLUME)), "one shape", lambda: lax.sort((X, Y))),
        (lambda: lax.sort((X, Y), num_keys=3), "as many keys",
         lambda: lax.sort((X, Y), num_keys=2)),
        (lambda: lax.select_n(X > 0, X, Y, X), "integers", lambda: lax.select_n(WHICH, X, Y, X)),
        (lambda: lax.broadcast_in_dim(X, (5, 4), (1, 0)), "Transpose",
         lambda: lax.broadcast_in_dim(X.T, (5, 4), (0, 1))),
        (lambda: lax.split(X, (2, 3)), "add up", lambda: lax.split(X, (1, 3))),
        (lambda: lax.fft(X, "dct", (5,)), "IRFFT", lambda: lax.fft(X, "RFFT", (5,))),
        (lambda: lax.conv_general_dilated_local(LINE, LINE, (1,), "SAME", (2,)), r"\(2, 3\)",
         lambda: lax.conv_general_dilated_local(LINE, np.ones((1, 2, 3)), (1,), "SAME", (2,))),
        (lambda: lax.reduce_window(X, 0.0, lax.add, (2,)), "for each axis",
         lambda: lax.reduce_window(X, 0.0, lax.add, (2, 1))),
        (lambda: lax.reduce_window(X, 0.0, lax.add, (9, 1)), "Pad more",
         lambda: lax.reduce_window(X, 0.0, lax.add, (9, 1), padding="SAME")),
    ],
)  # fmt: skip
def test_errors_say_a_way_out(wrong, message, right):
    with pytest.raises(ValueError, match=message):
        wrong()
    right()
