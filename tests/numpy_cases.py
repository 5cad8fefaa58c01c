"""A call of each function of `fzero.numpy`, as a function of the namespace and of arrays."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import fzero.numpy as fnp

RNG = np.random.default_rng(7)


def draw(*shape: int, low: float = -2.0, high: float = 2.0) -> np.ndarray:
    """Distinct numbers away from each other and from 0, so that no kink is near."""
    n = int(np.prod(shape))
    spread = np.linspace(low, high, n + 2)[1:-1] + 0.3 * (high - low) / (n + 2)
    return RNG.permutation(spread).reshape(shape)


class Case(NamedTuple):
    """`call(m, *args)` for m in (numpy, fzero.numpy)."""

    name: str
    call: Callable[..., Any]
    args: tuple[np.ndarray, ...]
    #: Whether the shape of the result depends on values, so that vmap must refuse.
    by_value: bool = False
    #: Whether NumPy's function cannot hand a tracer over to us.
    ours_only: bool = False
    #: Whether the result, a float, is by definition without derivative.
    flat: bool = False

    @property
    def namespaces(self) -> list[Any]:
        """Whose function of this name a tracer may be given to."""
        return [fnp] if self.ours_only else [np, fnp]


X, Y, V, W = draw(3, 4), draw(3, 4), draw(4), draw(3)
CUBE = draw(2, 3, 4)
POSITIVE, UNIT, ABOVE = draw(3, 4, low=0.3, high=3), draw(3, 4, low=-0.9, high=0.9), X + 4
INTS, BITS = RNG.integers(1, 9, (3, 4)), RNG.integers(1, 5, (4,))
BOOLS = X > 0
COMPLEX = X + 1j * Y
HOLES = np.where(X > 1, np.nan, X)
SQUARE = draw(3, 3) + 4 * np.eye(3)
SPD = SQUARE @ SQUARE.T + np.eye(3)


WEIGHED = {
    "weights": [[0.0, 1, 2, 1], [3, 0, 1, 1], [1, 2, 0.5, 0]],
    "method": "inverted_cdf",
}


def _named(names: str, *args: np.ndarray) -> list[Case]:
    return [Case(n, lambda m, *xs, n=n: getattr(m, n)(*xs), args) for n in names.split()]


ELEMENTWISE = [
    *_named(
        "abs absolute arctan atan arcsinh asinh ceil conj conjugate cos cosh deg2rad degrees exp "
        "exp2 expm1 fabs floor imag isfinite isinf isnan logical_not nan_to_num negative positive "
        "rad2deg radians real rint round around sign signbit sin sinc sinh square tan tanh trunc "
        "angle fix cbrt i0 isreal iscomplex isposinf isneginf spacing modf frexp",
        X,
    ),
    *_named("log log10 log1p log2 sqrt reciprocal", POSITIVE),
    *_named("arccos acos arcsin asin arctanh atanh", UNIT),
    *_named("arccosh acosh", ABOVE),
    *_named("invert bitwise_invert bitwise_not bitwise_count", INTS),
    *_named(
        "add subtract multiply divide true_divide maximum minimum fmax fmin logaddexp logaddexp2 "
        "hypot arctan2 atan2 equal not_equal less less_equal greater greater_equal logical_and "
        "logical_or logical_xor copysign floor_divide heaviside isclose",
        X,
        V,
    ),
    *_named("power pow float_power remainder mod fmod divmod", POSITIVE, V + 4),
    *_named(
        "bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift left_shift "
        "right_shift gcd lcm",
        INTS,
        BITS,
    ),
    Case("nextafter", lambda m, x, v: m.nextafter(x, v), (X, V), flat=True),
    Case("clip", lambda m, x: m.clip(x, -0.5, 0.7), (X,)),
    Case("clip", lambda m, x, low: m.clip(x, low, None), (X, V)),
    Case("clip", lambda m, x: m.clip(x, max=0.2), (X,)),
    Case("ldexp", lambda m, x: m.ldexp(x, 3), (X,)),
    Case("angle", lambda m, x: m.angle(x + 2j, deg=True), (X,)),
    Case("round", lambda m, x: m.round(x, 1), (X,)),
    Case("sin", lambda m, x: m.sin(x, dtype=np.float32), (X,)),
    Case("add", lambda m, x: m.add(x, 1, dtype=np.complex128).imag, (X,)),
    Case("exp", lambda m, x: m.exp(1j * x).real, (X,)),
    Case("where", lambda m, x, y: m.where(x > 0, x * y, m.sin(y)), (X, Y)),
    Case("nan_to_num", lambda m, x: m.nan_to_num(x, nan=2.0), (HOLES,)),
    Case("unwrap", lambda m, x: m.unwrap(x * 3), (X,)),
]
AXES: tuple[Any, ...] = (None, 0, -1, (0, 1))
REDUCTIONS = [
    *[
        Case(n, lambda m, x, n=n, a=a, k=k: getattr(m, n)(x, axis=a, keepdims=k), (X,))
        for n in "sum prod max min amax amin mean std var any all count_nonzero ptp".split()
        for a in AXES
        for k in (False, True)
    ],
    *[
        Case(n, lambda m, x, n=n, a=a: getattr(m, n)(x, axis=a), (HOLES,))
        for n in "nansum nanprod nanmax nanmin nanmean nanstd nanvar".split()
        for a in (None, 0, 1)
    ],
    *[
        Case(n, lambda m, x, n=n, a=a: getattr(m, n)(x, a), (X,))
        for n in "argmax argmin cumsum cumprod nancumsum nancumprod nanargmax nanargmin".split()
        for a in (None, 0, -1)
    ],
    *[
        Case(
            n,
            lambda m, x, n=n: getattr(m, n)(x, axis=0, where=x > -1, **({"initial": -3.0})),
            (X,),
        )
        for n in "sum prod max min".split()
    ],
    *[
        Case(n, lambda m, x, n=n: getattr(m, n)(x, axis=0, where=x > -1.9), (X,))
        for n in "mean std var".split()
    ],
    Case("sum", lambda m, x: m.sum(x, dtype=np.float32), (X,)),
    Case("sum", lambda m, x: m.sum(x, 0, None, None, True), (X,)),
    Case("var", lambda m, x: m.var(x, axis=(0, 1), ddof=1), (X,)),
    Case("std", lambda m, x: m.std(x, axis=0, ddof=1, keepdims=True), (X,)),
    Case("argmax", lambda m, x: m.argmax(x, axis=1, keepdims=True), (X,)),
    Case("cumulative_sum", lambda m, x: m.cumulative_sum(x, axis=1, include_initial=True), (X,)),
    Case("cumulative_prod", lambda m, x: m.cumulative_prod(x, axis=0), (X,)),
    Case("average", lambda m, x, w: m.average(x, axis=1, weights=w), (X, ABOVE[0])),
    Case("average", lambda m, x: m.average(x), (X,)),
    Case("sum", lambda m, x: m.sum(x > 0, axis=0), (X,)),
    Case("mean", lambda m, x: m.mean(x > 0), (X,)),
]
SHAPES = [
    Case("reshape", lambda m, x: m.reshape(x, (2, -1)), (X,)),
    Case("reshape", lambda m, x: m.reshape(x, (6, 2), order="F"), (X,)),
    Case("ravel", lambda m, x: m.ravel(x), (X,)),
    Case("ravel", lambda m, x: m.ravel(x, "F"), (X,)),
    *_named("transpose fliplr flipud flip rot90 matrix_transpose tril triu trace diag diagonal", X),
    *_named("squeeze copy atleast_1d atleast_2d atleast_3d diagflat", V),
    Case("permute_dims", lambda m, x: m.permute_dims(x, (2, 0, 1)), (CUBE,)),
    Case("transpose", lambda m, x: m.transpose(x, (1, 2, 0)), (CUBE,)),
    Case("swapaxes", lambda m, x: m.swapaxes(x, 0, -1), (CUBE,)),
    Case("moveaxis", lambda m, x: m.moveaxis(x, (0, 1), (-1, 0)), (CUBE,)),
    Case("rollaxis", lambda m, x: m.rollaxis(x, 2, 1), (CUBE,)),
    Case("expand_dims", lambda m, x: m.expand_dims(x, (0, -1)), (X,)),
    Case("squeeze", lambda m, x: m.squeeze(x[None, :, None], axis=0), (X,)),
    Case("broadcast_to", lambda m, x: m.broadcast_to(x, (3, 4)), (V,)),
    Case("broadcast_arrays", lambda m, x, y: m.broadcast_arrays(x, y), (X, V)),
    Case("flip", lambda m, x: m.flip(x, 1), (X,)),
    Case("rot90", lambda m, x: m.rot90(x, 3, (1, 2)), (CUBE,)),
    Case("roll", lambda m, x: m.roll(x, 5), (X,)),
    Case("roll", lambda m, x: m.roll(x, (1, 2), (0, 1)), (X,)),
    Case("repeat", lambda m, x: m.repeat(x, 2, axis=1), (X,)),
    Case("repeat", lambda m, x: m.repeat(x, [1, 0, 3], axis=0), (X,)),
    Case("tile", lambda m, x: m.tile(x, (2, 1, 3)), (X,)),
    Case("resize", lambda m, x: m.resize(x, (5, 3)), (X,)),
    Case("tril", lambda m, x: m.tril(x, -1), (CUBE,)),
    Case("triu", lambda m, x: m.triu(x, 1), (V,)),
    Case("diagonal", lambda m, x: m.diagonal(x, 1, 1, 2), (CUBE,)),
    Case("diag", lambda m, x: m.diag(x, -1), (V,)),
    Case("trace", lambda m, x: m.trace(x, 1, 0, 2), (CUBE,)),
    Case("astype", lambda m, x: m.astype(x, np.float32), (X,)),
    Case("ndim", lambda m, x: m.ndim(x), (X,)),
    Case("shape", lambda m, x: m.shape(x), (X,)),
    Case("size", lambda m, x: m.size(x, 1), (X,)),
    Case("concatenate", lambda m, x, y: m.concatenate([x, y], axis=1), (X, Y)),
    Case("concatenate", lambda m, x, v: m.concatenate((x, v), axis=None), (X, V)),
    Case("concat", lambda m, x, y: m.concat((x, y)), (X, Y)),
    Case("stack", lambda m, x, y: m.stack([x, y], axis=-1), (X, Y)),
    Case("vstack", lambda m, x, v: m.vstack((x, v)), (X, V)),
    Case("hstack", lambda m, x, y: m.hstack([x, y]), (X, Y)),
    Case("dstack", lambda m, x, y: m.dstack([x, y]), (X, Y)),
    Case("column_stack", lambda m, x, w: m.column_stack([x, w]), (X, W)),
    Case("block", lambda m, x, y: m.block([[x, y], [y, x]]), (X, Y)),
    Case("append", lambda m, x, v: m.append(x, v), (X, V)),
    Case("append", lambda m, x, y: m.append(x, y, axis=1), (X, Y)),
    Case("split", lambda m, x: m.split(x, 2, axis=1), (X,)),
    Case("split", lambda m, x: m.split(x, [1, 3], axis=1), (X,)),
    Case("split", lambda m, x: m.split(x, [3, 1], axis=1), (X,)),
    Case("array_split", lambda m, x: m.array_split(x, 3, axis=1), (X,)),
    Case("hsplit", lambda m, x: m.hsplit(x, 2), (X,)),
    Case("vsplit", lambda m, x: m.vsplit(x, 3), (X,)),
    Case("dsplit", lambda m, x: m.dsplit(x, 2), (CUBE,)),
    Case("unstack", lambda m, x: m.unstack(x, axis=1), (X,)),
    Case("delete", lambda m, x: m.delete(x, [0, 2], axis=1), (X,)),
    Case("delete", lambda m, x: m.delete(x, 5), (X,)),
    Case("insert", lambda m, x, v: m.insert(x, 1, v, axis=0), (X, V)),
    Case("insert", lambda m, x: m.insert(x, [0, 2], 7.0, axis=1), (X,)),
    Case("trim_zeros", lambda m, x: m.trim_zeros(m.where(abs(x) > 0.5, x, 0)), (V,), True),
    *[
        Case("pad", lambda m, x, mode=mode: m.pad(x, ((1, 2), (0, 3)), mode), (X,))
        for mode in "edge reflect symmetric wrap maximum minimum mean".split()
    ],
    *[
        Case(n, lambda m, x, n=n: getattr(m, n)(x, [0.2, 0.7], 1, **WEIGHED), (X,))
        for n in ("quantile", "nanquantile")
    ],
    *[
        Case("pad", lambda m, x, o=options: m.pad(x, ((1, 2), (0, 9)), **o), (X,))
        for options in (
            {"mode": "linear_ramp"},
            {"mode": "linear_ramp", "end_values": ((1, 2), (3, 4))},
            {"mode": "mean", "stat_length": 2},
            {"mode": "maximum", "stat_length": ((1, 2), (3, 50))},
            {"mode": "reflect", "reflect_type": "odd"},
            {"mode": "symmetric", "reflect_type": "odd"},
        )
    ],
    Case("pad", lambda m, x: m.pad(x, ((1, 2), (0, 9)), "linear_ramp", end_values=5), (INTS,)),
    Case("pad", lambda m, x: m.pad(x, 1), (X,)),
    Case("pad", lambda m, x: m.pad(x, (2, 1), constant_values=3.5), (X,)),
    Case("pad", lambda m, x: m.pad(x, 1, constant_values=((1, 2), (3, 4))), (X,)),
]
SELECTION = [
    Case("take", lambda m, x: m.take(x, [0, 2, 2], axis=1), (X,)),
    Case("take", lambda m, x: m.take(x, [[0, 5], [7, 1]]), (X,)),
    Case("take", lambda m, x: m.take(x, [-1, 9], axis=0, mode="clip"), (X,)),
    Case("take", lambda m, x: m.take(x, [-1, 9], axis=0, mode="wrap"), (X,)),
    Case("take_along_axis", lambda m, x: m.take_along_axis(x, m.argmax(x, 1)[:, None], 1), (X,)),
    Case("choose", lambda m, x, y: m.choose(m.astype(x > 0, int), [x, y]), (X, Y)),
    Case("compress", lambda m, x: m.compress([True, False, True], x, axis=0), (X,)),
    Case("extract", lambda m, x: m.extract(x > 0, x), (X,), True),
    Case("select", lambda m, x, y: m.select([x > 1, x > 0], [x, y], -1.0), (X, Y)),
    Case("piecewise", lambda m, x: m.piecewise(x, [x > 0], [lambda v: v**2, lambda v: -v]), (X,)),
    Case("nonzero", lambda m, x: m.nonzero(x > 0), (X,), True),
    Case("flatnonzero", lambda m, x: m.flatnonzero(x > 0), (X,), True),
    Case("argwhere", lambda m, x: m.argwhere(x > 0), (X,), True),
    Case("where", lambda m, x: m.where(x > 0), (X,), True),
    Case("diag_indices_from", lambda m, x: m.diag_indices_from(x), (SQUARE,)),
    Case("tril_indices_from", lambda m, x: m.tril_indices_from(x), (SQUARE,)),
    Case("triu_indices_from", lambda m, x: m.triu_indices_from(x, 1), (SQUARE,)),
    Case("ix_", lambda m, x: x[m.ix_([0, 2], [1, 3])], (X,)),
    Case("ix_", lambda m, i: m.ix_(i, i), (BITS,)),
    Case("ravel_multi_index", lambda m, i: m.ravel_multi_index((i, i), (9, 9)), (BITS,)),
    Case("unravel_index", lambda m, i: m.unravel_index(i, (3, 4)), (BITS,)),
    *_named("allclose array_equal array_equiv", X, Y),
    Case("isin", lambda m, x: m.isin(x, [X[0, 0], 5.0], invert=True), (X,)),
    Case("array_equal", lambda m, x: m.array_equal(x, x), (X,)),
    Case("isclose", lambda m, x: m.isclose(x, x + 1e-9, equal_nan=True), (HOLES,)),
    Case("iscomplexobj", lambda m, x: m.iscomplexobj(x), (X,)),
    Case("isrealobj", lambda m, x: m.isrealobj(x), (X,)),
    Case("result_type", lambda m, x: m.ones(2, m.result_type(x, 1.0)), (X,)),
    Case("can_cast", lambda m, x: m.can_cast(m.result_type(x), np.float32), (X,)),
]
CREATION = [
    Case("array", lambda m, x, v: m.array([[x[0, 0], v[1]], [2.0, v[0]]]), (X, V), ours_only=True),
    Case("asarray", lambda m, x: m.asarray([x, 2 * x]), (X,), ours_only=True),
    Case("zeros_like", lambda m, x: m.zeros_like(x), (X,)),
    Case("ones_like", lambda m, x: m.ones_like(x, dtype=np.int32), (X,)),
    Case("full_like", lambda m, x: m.full_like(x, 3), (X,)),
    Case("full_like", lambda m, x, v: m.full_like(x, v), (X, V)),
    Case("full", lambda m, v: m.full((3, 4), v), (V,), ours_only=True),
    Case("empty_like", lambda m, x: m.shape(m.empty_like(x)), (X,)),
    Case("linspace", lambda m, a, b: m.linspace(a, b, 5), (V, V + 2)),
    Case("linspace", lambda m, a: m.linspace(a, 3.0, 4, endpoint=False, axis=-1), (V,)),
    Case("logspace", lambda m, a: m.logspace(a, 1.0, 4), (V,)),
    Case("geomspace", lambda m, a: m.geomspace(a, 9.0, 4), (POSITIVE,)),
    Case("meshgrid", lambda m, v, w: m.meshgrid(v, w), (V, W)),
    Case("meshgrid", lambda m, v, w: m.meshgrid(v, w, indexing="ij", sparse=True), (V, W)),
    Case("vander", lambda m, v: m.vander(v, 3), (V,)),
    Case("vander", lambda m, v: m.vander(v, increasing=True), (V,)),
]
CALCULUS = [
    *[
        Case("diff", lambda m, x, a=a, n=n: m.diff(x, n, a), (X,))
        for a in (0, 1)
        for n in (0, 1, 2)
    ],
    Case("diff", lambda m, x: m.diff(x, prepend=0.0, append=x[:, :2]), (X,)),
    Case("ediff1d", lambda m, x: m.ediff1d(x, 9.0, [7.0, 8.0]), (X,)),
    Case("gradient", lambda m, x: m.gradient(x), (X,)),
    Case("gradient", lambda m, x: m.gradient(x, 0.5, axis=1, edge_order=2), (X,)),
    Case("gradient", lambda m, x, v: m.gradient(x, m.cumsum(v + 4), axis=1), (X, V)),
    Case("trapezoid", lambda m, x: m.trapezoid(x, dx=0.5, axis=0), (X,)),
    Case("trapezoid", lambda m, x, v: m.trapezoid(x, v), (X, V)),
    Case("interp", lambda m, x, f: m.interp(x, [-1.5, 0.1, 1.0, 1.4], f), (X, V)),
    Case("interp", lambda m, x, f: m.interp(x, [0.5, 0.1, 1.0, 1.4], f, period=3.0), (X, V)),
    Case("polyval", lambda m, p, x: m.polyval(p, x), (V, X)),
    Case("polyfit", lambda m, x, y: m.polyfit(x, y, 2), (V, draw(4))),
    Case("cov", lambda m, x: m.cov(x), (X,)),
    Case("cov", lambda m, x, y: m.cov(x, y, rowvar=False, ddof=0), (X, Y)),
    Case("cov", lambda m, x, w: m.cov(x, aweights=w), (X, ABOVE[0])),
    Case("corrcoef", lambda m, x: m.corrcoef(x), (X,)),
    Case("bincount", lambda m, w: m.bincount([0, 2, 2, 1], w, 5), (V,)),
    Case("bincount", lambda m, i: m.bincount(i, minlength=9), (BITS,)),
    Case("digitize", lambda m, x: m.digitize(x, [-1.0, 0.0, 1.0]), (X,)),
    Case("digitize", lambda m, x: m.digitize(x, [1.0, 0.0, -1.0], right=True), (X,)),
    Case("histogram", lambda m, x: m.histogram(x, 3), (X,), True, flat=True),
    Case("histogram_bin_edges", lambda m, x: m.histogram_bin_edges(x, 3), (X,), True, flat=True),
    Case("histogram2d", lambda m, v: m.histogram2d(v, v, 2), (V,), True, flat=True),
    Case("histogramdd", lambda m, x: m.histogramdd(x, 2)[0], (X,), True, flat=True),
    Case("apply_along_axis", lambda m, x: m.apply_along_axis(lambda r: r * r.sum(), 0, x), (X,)),
    Case("apply_along_axis", lambda m, x: m.apply_along_axis(lambda r: r.sum(), 1, x), (X,)),
]
PRODUCTS = [
    *_named("dot matmul tensordot outer kron inner", SQUARE, draw(3, 3)),
    *_named("dot matmul inner vdot outer vecdot kron", V, draw(4)),
    *_named("dot matmul", X, V),
    *_named("inner", CUBE, X.T.copy().T),
    Case("matvec", lambda m, x, v: m.matvec(x, v), (CUBE, V)),
    Case("vecmat", lambda m, w, x: m.vecmat(w, x), (W, X)),
    Case("dot", lambda m, c, x: m.dot(c, x), (CUBE, draw(4, 2))),
    Case("tensordot", lambda m, c, x: m.tensordot(c, x, ([1, 2], [0, 1])), (CUBE, X)),
    Case("tensordot", lambda m, c, x: m.tensordot(c, x, 0), (V, W)),
    Case("cross", lambda m, x, y: m.cross(x, y), (SQUARE, draw(3, 3))),
    Case("einsum", lambda m, x, y: m.einsum("ij,kj->ik", x, y), (X, Y)),
    Case("einsum", lambda m, c, v: m.einsum("...j,j", c, v), (CUBE, V)),
    Case("einsum", lambda m, x: m.einsum("ii->i", x), (SQUARE,)),
    Case("einsum", lambda m, x, v: m.einsum(x, [0, 1], v, [1], [0]), (X, V)),
]


def _linear(names: str, *args: np.ndarray) -> list[Case]:
    return [
        Case(f"linalg.{n}", lambda m, *xs, n=n: getattr(m.linalg, n)(*xs), args)
        for n in names.split()
    ]


TURN = SQUARE - SQUARE.T + 0.1 * SQUARE  # its eigenvalues are complex
LINALG = [
    *_linear(
        "inv det slogdet pinv svd svdvals qr eigh eigvalsh norm matrix_norm vector_norm cond "
        "matrix_rank matrix_transpose diagonal trace cholesky",
        SPD,
    ),
    *_linear("inv det pinv qr svdvals", np.stack([SQUARE, SPD])),
    *_linear("solve matmul tensordot vecdot cross", SQUARE, SPD),
    *_linear("solve", SQUARE, W),
    *_linear("outer vecdot", V, draw(4)),
    *[
        Case("linalg.norm", lambda m, x, o=o, a=a: m.linalg.norm(x, o, a), (X,))
        for o, a in [
            (None, 0),
            (1, 1),
            (3, 1),
            (np.inf, 0),
            (-np.inf, 0),
            ("fro", None),
            ("nuc", (0, 1)),
            (2, None),
            (1, None),
            (np.inf, None),
            (-2, None),
        ]
    ],
    Case("linalg.vector_norm", lambda m, x: m.linalg.vector_norm(x, axis=0, ord=1), (X,)),
    Case("linalg.matrix_norm", lambda m, x: m.linalg.matrix_norm(x, ord=2, keepdims=True), (CUBE,)),
    Case("linalg.cholesky", lambda m, x: m.linalg.cholesky(x, upper=True), (SPD,)),
    Case("linalg.qr", lambda m, x: m.linalg.qr(x, "r"), (SQUARE,)),
    Case("linalg.svd", lambda m, x: m.linalg.svd(x, full_matrices=False), (X,)),
    Case("linalg.svd", lambda m, x: m.linalg.svd(x, compute_uv=False), (X,)),
    Case("linalg.lstsq", lambda m, x, w: m.linalg.lstsq(x, w)[0], (X.T.copy(), V)),
    Case("linalg.eig", lambda m, x: m.linalg.eig(x).eigenvalues.imag, (TURN,)),
    Case("linalg.eigvals", lambda m, x: m.linalg.eigvals(x).imag, (TURN,)),
    Case("linalg.matrix_power", lambda m, x: m.linalg.matrix_power(x, 3), (SQUARE,)),
    Case("linalg.matrix_power", lambda m, x: m.linalg.matrix_power(x, -2), (SQUARE,)),
    Case("linalg.multi_dot", lambda m, x, y, v: m.linalg.multi_dot([x, y, v]), (X, X.T.copy(), W)),
    Case(
        "linalg.tensorinv",
        lambda m, x: m.linalg.tensorinv(x.reshape(2, 3, 6)),
        (draw(6, 6) + 9 * np.eye(6),),
    ),
    Case(
        "linalg.tensorsolve",
        lambda m, x, b: m.linalg.tensorsolve(x.reshape(2, 3, 6), b),
        (draw(6, 6) + 9 * np.eye(6), draw(2, 3)),
    ),
]


def _parts(z: Any) -> tuple[Any, Any]:
    return z.real, z.imag


FFT = [
    *[
        Case(
            f"fft.{n}",
            lambda m, x, y, n=n, k=k: _parts(getattr(m.fft, n)(x + 1j * y, **k)),
            (X, Y),
        )
        for n in "fft ifft fftn ifftn fft2 ifft2 irfft irfftn irfft2 hfft".split()
        for k in ({}, {"norm": "ortho"})
    ],
    *[
        Case(f"fft.{n}", lambda m, x, n=n: _parts(getattr(m.fft, n)(x)), (X,))
        for n in "rfft rfftn rfft2 ihfft".split()
    ],
    Case("fft.fft", lambda m, x: _parts(m.fft.fft(x, 7, 0)), (X,)),
    Case("fft.rfft", lambda m, x: _parts(m.fft.rfft(x, 5, 0)), (X,)),
    Case("fft.irfft", lambda m, x: m.fft.irfft(x, 5), (X,)),
    Case("fft.fftn", lambda m, x: _parts(m.fft.fftn(x, (3, 2), (0, 2))), (CUBE,)),
    Case("fft.fftshift", lambda m, x: m.fft.fftshift(x), (X,)),
    Case("fft.ifftshift", lambda m, x: m.fft.ifftshift(x, 1), (X,)),
    Case("fft.fftfreq", lambda m, x: x * m.fft.fftfreq(4, 0.5), (X,)),
    Case("fft.rfftfreq", lambda m, x: x * m.fft.rfftfreq(6, 0.5), (X,)),
]
SIGNAL = [
    *[
        Case(n, lambda m, x, y, n=n, k=k: getattr(m, n)(x, y, k), (draw(7), W))
        for n in ("convolve", "correlate")
        for k in ("full", "same", "valid")
    ],
    Case("convolve", lambda m, x: m.convolve(x, [1.0, 2.0]), (V,)),
]
REPEATED = np.array([[2.0, 1.0, 2.0], [3.0, 1.0, 0.5]])
SORTING = [
    *[
        Case(n, lambda m, x, n=n, a=a: getattr(m, n)(x, a, stable=True), (X,))
        for n in ("sort", "argsort")
        for a in (-1, 0, None)
    ],
    Case("sort", lambda m, x: m.sort(x, 0, "stable", None), (X,)),
    Case("partition", lambda m, x: m.sort(m.partition(x, 1)[:, :2], 1), (X,)),
    Case("partition", lambda m, x: m.partition(x, (0, 2), axis=0)[2], (X,)),
    Case("argpartition", lambda m, x: m.argpartition(x, 1, axis=1)[:, 1], (X,)),
    Case("lexsort", lambda m, x, y: m.lexsort((x, y)), (V, draw(4))),
    Case("sort_complex", lambda m, x: m.sort_complex(x).real, (X,)),
    Case("searchsorted", lambda m, e, x: m.searchsorted(m.sort(e), x), (V, X)),
    Case("searchsorted", lambda m, x: m.searchsorted([-1.0, 0.0, 1.0], x, "right"), (X,)),
    *[
        Case(n, lambda m, x, n=n: tuple(getattr(m, n)(x)), (REPEATED,), True, flat=True)
        for n in ("unique_all", "unique_counts", "unique_inverse")
    ],
    Case("unique_values", lambda m, x: m.sort(m.unique_values(x)), (REPEATED,), True, flat=True),
    Case("unique", lambda m, x: m.unique(x), (REPEATED,), True, flat=True),
    Case("unique", lambda m, x: m.unique(x), (X,), True),
    Case("unique", lambda m, x: m.unique(x, True, True, True), (REPEATED,), True, flat=True),
    Case("unique", lambda m, x: m.unique(x, axis=0), (REPEATED,), True, flat=True),
    *[
        Case(n, lambda m, x, n=n: getattr(m, n)(x, [2.0, 7.0, 0.5]), (REPEATED,), True, flat=True)
        for n in ("union1d", "intersect1d", "setdiff1d", "setxor1d")
    ],
    Case(
        "intersect1d",
        lambda m, x: m.intersect1d(x, [2.0, 7], False, True),
        (REPEATED,),
        True,
        flat=True,
    ),
    *[
        Case(n, lambda m, x, n=n, a=a: getattr(m, n)(x, a, keepdims=True), (args,))
        for n, args in (("median", X), ("nanmedian", HOLES))
        for a in (None, 0, (0, 1))
    ],
    *[
        Case(n, lambda m, x, n=n, h=h: getattr(m, n)(x, 0.3, axis=1, method=h), (X,))
        for n in ("quantile", "nanquantile")
        for h in ("linear", "lower", "higher", "midpoint", "nearest", "hazen")
    ],
    *[
        Case(n, lambda m, x, n=n: getattr(m, n)(x, [10.0, 90.0], axis=0), (X,))
        for n in ("percentile", "nanpercentile")
    ],
    Case("median", lambda m, x: m.median(x), (X,)),
    Case("quantile", lambda m, x, q: m.quantile(x, m.abs(q) / 3), (X, V)),
]
CASES = [
    *ELEMENTWISE,
    *REDUCTIONS,
    *SHAPES,
    *SELECTION,
    *CREATION,
    *CALCULUS,
    *PRODUCTS,
    *LINALG,
    *FFT,
    *SIGNAL,
    *SORTING,
]
