"""`fzero.lax`."""

import numpy as np

from ..case import Table, above, mask, positive, real, turned, unit, unit_interval, whole

TABLE = Table("lax")
each, add = TABLE.each, TABLE.add

X, Y = real(4, 5), real(4, 5)
VOLUME = real(3, 4, 5)
IMAGES, KERNEL = real(2, 4, 5, 6), real(6, 4, 3, 2)
GROUPED, HALVES = real(6, 2, 3, 2), real(4, 4, 3, 2)
NHWC, HWIO = real(2, 5, 6, 3), real(3, 2, 3, 4)
SIGNAL, TAPS = real(2, 6, 3), real(3, 3, 4)
MATRICES, OTHERS = real(3, 2, 4), real(3, 4, 5)
DIMENSIONS = ("NHWC", "HWIO", "NCHW")

each(
    "abs asinh atan cbrt ceil cos cosh digamma erf erfc exp exp2 expm1 floor lgamma log log1p "
    "logistic neg reciprocal rsqrt sign sin sinh sqrt square tan tanh is_finite",
    positive(3, 4),
)
each("acosh", above(3, 4))
each("acos asin atanh erf erf_inv erfc logistic abs sign neg tanh expm1 log1p", unit(5))
each("add atan2 div max min mul pow rem sub eq ne lt le gt ge", positive(3, 4), positive(3, 4))
each("add sub mul div eq ne", turned(3), turned(3))
each("real imag conj abs exp log sin cos tanh sqrt square", turned(3))
each("bitwise_and bitwise_or bitwise_xor", whole(3, 4), whole(3, 4))
each("bitwise_not", whole(3, 4))
each("argmax argmin", X, options=[{"axis": 1, "index_dtype": np.int32}])
add("select", lambda lax, b, x, y: lax.select(b, x, y), mask(4, 5), X, Y)
add("select_n", lambda lax, b, x, y: lax.select_n(b, x, y), mask(4, 5), X, Y)
add("select_n", lambda lax, i, x, y: lax.select_n(i, x, y, x * y), whole(4, 5, low=0, high=3), X, Y)
add("clamp", lambda lax, x: lax.clamp(-0.5, x, 0.7), X)
add(
    "clamp", lambda lax, a, x, b: lax.clamp(a, x, b), real(4, 5, low=-2, high=-1), Y, positive(4, 5)
)
add("convert_element_type", lambda lax, x: lax.convert_element_type(x, np.float64), X)
add("cumsum", lambda lax, x: lax.cumsum(x, 1), X)
add("cumsum", lambda lax, x: lax.cumsum(x, 0, reverse=True), X)
add("cumprod", lambda lax, x: lax.cumprod(x, 1), X)
add("cumprod", lambda lax, x: lax.cumprod(x, 1, reverse=True), X)
add("cummax", lambda lax, x: lax.cummax(x, 1), X)
add("cummax", lambda lax, x: lax.cummax(x, 0, reverse=True), X)
add("cummin", lambda lax, x: lax.cummin(x, 1), X)
add("cummin", lambda lax, x: lax.cummin(x, 1, reverse=True), X)
add("cumlogsumexp", lambda lax, x: lax.cumlogsumexp(x, 1), X)
add("cumlogsumexp", lambda lax, x: lax.cumlogsumexp(x, 0, reverse=True), X)
add("dot", lambda lax, x, y: lax.dot(x, y), real(5), real(5))
add("dot", lambda lax, x, y: lax.dot(x, y), X, real(5, 4))
add("dot", lambda lax, x, y: lax.dot(x, y), X, real(5))
add("dot", lambda lax, x, y: lax.dot(x, y, dimension_numbers=(([0], [0]), ([], []))), X, Y)
add(
    "dot_general",
    lambda lax, x, y: lax.dot_general(x, y, (([2], [1]), ([0], [0]))),
    MATRICES,
    OTHERS,
)
add(
    "dot_general",
    lambda lax, x, y: lax.dot_general(x, y, (([0, 2], [0, 1]), ([], []))),
    MATRICES,
    OTHERS,
)
add("dot_general", lambda lax, x, y: lax.dot_general(x, y, (([], []), ([1], [0]))), real(5, 4), X)
add("batch_matmul", lambda lax, x, y: lax.batch_matmul(x, y), MATRICES, OTHERS)
add("dynamic_slice", lambda lax, x: lax.dynamic_slice(x, (1, 2), (2, 3)), X)
add("dynamic_slice", lambda lax, x: lax.dynamic_slice(x, np.array([9, -3]), (2, 3)), X)
add("dynamic_slice_in_dim", lambda lax, x: lax.dynamic_slice_in_dim(x, 2, 2, 1), X)
add("dynamic_index_in_dim", lambda lax, x: lax.dynamic_index_in_dim(x, 7, 1), X)
add("dynamic_index_in_dim", lambda lax, x: lax.dynamic_index_in_dim(x, 1, 0, False), X)
add(
    "dynamic_update_slice", lambda lax, x, u: lax.dynamic_update_slice(x, u, (1, -3)), X, real(2, 2)
)
add(
    "dynamic_update_slice",
    lambda lax, x, u: lax.dynamic_update_slice(x, u, np.array([9, 1])),
    X,
    real(2, 2),
)
add(
    "dynamic_update_slice_in_dim",
    lambda lax, x, u: lax.dynamic_update_slice_in_dim(x, u, 4, 1),
    X,
    real(4, 2),
)
add(
    "dynamic_update_index_in_dim",
    lambda lax, x, u: lax.dynamic_update_index_in_dim(x, u, 2, 1),
    X,
    real(4),
)
add(
    "dynamic_update_index_in_dim",
    lambda lax, x, u: lax.dynamic_update_index_in_dim(x, u, 2, 1),
    X,
    real(4, 1),
)
add("pad", lambda lax, x: lax.pad(x, 0.0, [(1, 2, 0), (0, 1, 2)]), X)
add("pad", lambda lax, x, v: lax.pad(x, v, [(-1, 2, 1), (3, -4, 2)]), X, real())
add("pad", lambda lax, x, v: lax.pad(x, v, [(-9, 20, 1), (0, 0, 0)]), X, real())
add("pad", lambda lax, x: lax.pad(x, 0.0, [(20, -18, 1), (-5, 2, 3)]), X)
add("conv", lambda lax, x, w: lax.conv(x, w, (1, 2), "SAME"), IMAGES, KERNEL)
add("conv", lambda lax, x, w: lax.conv(x, w, (2, 1), "VALID"), IMAGES, KERNEL)
add(
    "conv_with_general_padding",
    lambda lax, x, w: lax.conv_with_general_padding(
        x, w, (1, 2), [(2, 1), (-1, 3)], (2, 1), (1, 2)
    ),
    IMAGES,
    KERNEL,
)
add(
    "conv_general_dilated",
    lambda lax, x, w: lax.conv_general_dilated(x, w, (2, 1), "SAME_LOWER", None, (2, 2)),
    IMAGES,
    KERNEL,
)
add(
    "conv_general_dilated",
    lambda lax, x, w: lax.conv_general_dilated(x, w, (1, 1), "SAME", feature_group_count=2),
    IMAGES,
    GROUPED,
)
add(
    "conv_general_dilated",
    lambda lax, x, w: lax.conv_general_dilated(x, w, (2, 1), [(1, 0), (0, 2)], batch_group_count=2),
    IMAGES,
    HALVES,
)
add(
    "conv_general_dilated",
    lambda lax, x, w: lax.conv_general_dilated(x, w, (1, 2), "SAME", dimension_numbers=DIMENSIONS),
    NHWC,
    HWIO,
)
add("conv_general_dilated", lambda lax, x, w: lax.conv_general_dilated(x, w, (), []), X, Y)
for padding, stride, dilation in [
    ("SAME", 2, 1),
    ("VALID", 2, 2),
    ("SAME", 4, 1),
    ([(2, 1)], 3, 1),
]:
    add(
        "conv_transpose",
        lambda lax, x, w, p=padding, s=stride, d=dilation: lax.conv_transpose(x, w, (s,), p, (d,)),
        SIGNAL,
        TAPS,
    )
add(
    "conv_transpose",
    lambda lax, x, w: lax.conv_transpose(
        x, w, (2, 1), "SAME", transpose_kernel=True, dimension_numbers=("NCHW", "OIHW", "NCHW")
    ),
    IMAGES,
    real(4, 3, 3, 2),
)
for start, fold in [(0.0, "add"), (-np.inf, "max"), (np.inf, "min")]:
    add(
        "reduce_window",
        lambda lax, x, start=start, fold=fold: lax.reduce_window(
            x, start, getattr(lax, fold), (2, 3), (2, 1), "SAME"
        ),
        X,
    )
add(
    "reduce_window",
    lambda lax, x: lax.reduce_window(
        x, 0.0, lax.add, (2, 2), (1, 2), [(1, 2), (0, 3)], (2, 1), (1, 2)
    ),
    X,
)
add(
    "reduce_window",
    lambda lax, x: lax.reduce_window(x, -np.inf, lax.max, (3, 2), (2, 1), [(1, 0), (0, 1)]),
    X,
)
add("reduce", lambda lax, x: lax.reduce(x, 0.0, lax.add, (1,)), VOLUME)
add("reduce", lambda lax, x: lax.reduce(x, -np.inf, lax.max, (0, 2)), VOLUME)
add("reduce", lambda lax, x: lax.reduce(x, 1.0, lax.mul, (0, 1)), VOLUME)
add("sort", lambda lax, x: lax.sort(x, 0), X)
add("sort", lambda lax, x, y: lax.sort((x, y), 1), X, Y)
add("sort", lambda lax, x, y: lax.sort((lax.floor(x), y, x), 0, num_keys=2)[1:], X, Y)
add("sort_key_val", lambda lax, x, y: lax.sort_key_val(x, y), X, Y)
add("top_k", lambda lax, x: lax.top_k(x, 3)[0], X)
add("top_k", lambda lax, x: lax.top_k(x, 2, axis=0)[0], X)
add("broadcast", lambda lax, x: lax.broadcast(x, (2, 3)), X)
add("broadcast_in_dim", lambda lax, x: lax.broadcast_in_dim(x, (4, 2, 5), (0, 2)), X)
add("broadcast_in_dim", lambda lax, x: lax.broadcast_in_dim(x, (3, 4), (1,)), real(1))
add("collapse", lambda lax, x: lax.collapse(x, 1), VOLUME)
add("collapse", lambda lax, x: lax.collapse(x, 0, 2), VOLUME)
add("concatenate", lambda lax, x, y: lax.concatenate([x, y], 1), X, Y)
add("expand_dims", lambda lax, x: lax.expand_dims(x, (0, 2)), X)
add("squeeze", lambda lax, x: lax.squeeze(x, (0,)), real(1, 5))
add("reshape", lambda lax, x: lax.reshape(x, (10, 2)), X)
add("reshape", lambda lax, x: lax.reshape(x, (10, 2), (1, 0)), X)
add("transpose", lambda lax, x: lax.transpose(x, (2, 0, 1)), VOLUME)
add("rev", lambda lax, x: lax.rev(x, (0, 2)), VOLUME)
add("slice", lambda lax, x: lax.slice(x, (1, 0), (4, 5), (2, 3)), X)
add("slice_in_dim", lambda lax, x: lax.slice_in_dim(x, 1, -1, 2, axis=1), X)
add("index_in_dim", lambda lax, x: lax.index_in_dim(x, -1, 1), X)
add("index_in_dim", lambda lax, x: lax.index_in_dim(x, 2, 0, False), X)
add("full_like", lambda lax, x: lax.full_like(x, 2.0) * x, X)
add("scan", lambda lax, x: lax.scan(lambda c, r: (c * r, c + r), x[0], x)[1], X)
add("map", lambda lax, x: lax.map(lambda r: r * r[0], x), X)
add("fori_loop", lambda lax, x: lax.fori_loop(0, 3, lambda i, v: v * x, x), X)
add("associative_scan", lambda lax, x: lax.associative_scan(lax.add, x, axis=1), X)
add("stop_gradient", lambda lax, x: x * lax.stop_gradient(x), X)

add(
    "cond",
    lambda lax, x, y: lax.cond(x[0, 0] > 0, lambda a, b: a * b, lambda a, b: a - b, x, y),
    X,
    Y,
)
add(
    "switch",
    lambda lax, i, x: lax.switch(i, [lambda a: a * a, lax.sin, lambda a: 2 * a], x),
    whole(low=0, high=3),
    X,
)
add(
    "while_loop",
    lambda lax, x: lax.while_loop(lambda v: v.sum() < 99, lambda v: v * v + 1, x),
    positive(3),
    without="vjp",
    why="JAX has no reverse mode of it",
)
add("iota", lambda lax: lax.iota(np.int32, 4))
add("broadcasted_iota", lambda lax: lax.broadcasted_iota(np.float64, (2, 3), 1))
add("full", lambda lax: lax.full((2, 3), 1.5, np.float64))
add("full", lambda lax, v: lax.full((2, 3), v), real())

each("bessel_i0e bessel_i1e", real(5))
each("clz population_count", whole(3, 4))
each("shift_left shift_right_arithmetic shift_right_logical", whole(3, 4), whole(3, 4, high=5))
each("reduce_and reduce_or reduce_xor", whole(3, 4), options=[{"axes": (1,)}])
each("reduce_and reduce_or", mask(3, 4), options=[{"axes": (0,)}])
each(
    "reduce_max reduce_min reduce_prod reduce_sum",
    VOLUME,
    options=[{"axes": (0, 2)}, {"axes": (1,)}],
)
each("round", real(5, low=-9, high=9))
each("complex", real(3), real(3))
each("integer_pow", X, options=[{"y": 3}, {"y": -2}])
each("tile", X, options=[{"reps": (2, 3)}])
each("nextafter", X, Y, without="jvp vjp", why="JAX declares no derivative of it")
add("polygamma", lambda lax, x: lax.polygamma(2.0, x), positive(3, 4))
add(
    "zeta",
    lambda lax, q: lax.zeta(2.5, q),
    positive(3, 4),
    without="jvp vjp",
    why="JAX has no derivative of it",
)
add("split", lambda lax, x: list(lax.split(x, (2, 0, 3), 1)), X)
add("stack", lambda lax, x, y: lax.stack([x, y], 1), X, Y)
add("unstack", lambda lax, x: list(lax.unstack(x, 1)), X)
add(
    "broadcast_like",
    lambda lax, x, y: lax.broadcast_like(x, y),
    X,
    VOLUME._replace(shape=(3, 4, 5)),
)
add(
    "index_take",
    lambda lax, x: lax.index_take(x, (np.array([0, -1, 2]), np.array([2, 1, 4])), (0, 2)),
    VOLUME,
)
for kind, lengths in (("RFFT", (4, 5)), ("FFT", (5,)), ("IFFT", (4, 5)), ("IRFFT", (8,))):
    add(
        "fft",
        lambda lax, x, k=kind, n=lengths: lax.fft(x, k, n),
        VOLUME if kind == "RFFT" else turned(3, 4, 5),
    )
add(
    "conv_general_dilated_patches",
    lambda lax, x: lax.conv_general_dilated_patches(x, (3, 2), (2, 1), "SAME", None, (1, 2)),
    IMAGES,
)
add(
    "conv_general_dilated_local",
    lambda lax, x, w: lax.conv_general_dilated_local(x, w, (2, 1), "VALID", (3, 2)),
    IMAGES,
    real(2, 24, 2, 5),
)
each("igamma igammac", positive(3, 4), positive(3, 4))
add("betainc", lambda lax, x: lax.betainc(1.5, 2.5, x), unit_interval(3, 4))
each(
    "random_gamma_grad", positive(3, 4), positive(3, 4), without="jvp vjp", why="JAX has none of it"
)
add("empty", lambda lax: lax.empty((2, 3), np.float64) * 0)
add("dtype", lambda lax, x: x * lax.dtype(x).itemsize, real(3))
add("broadcast_shapes", lambda lax, x: x * lax.broadcast_shapes((2, 1), (3,))[1], real(3))
add(
    "reduce_window_shape_tuple",
    lambda lax, x: (
        x
        * lax.reduce_window_shape_tuple((7, 6), (3, 2), (2, 1), [(1, 2), (0, 1)], (2, 1), (1, 3))[0]
    ),
    real(3),
)
