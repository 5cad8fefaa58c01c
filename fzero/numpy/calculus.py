"""Differences, integrals, interpolation, polynomials and statistics of several variables."""

from typing import Any

import numpy as np

from ..core import coerce
from ..dtypes import dtype_of, shape_of
from ..ops import elementwise as el
from ..ops import reduction as red
from ..ops import structural as st
from ..ops.indexing import getitem
from ..ops.norms import lstsq
from .creation import vander
from .entry import asked_axes, asked_axis, floating, from_host, host_value, like_numpy, operands
from .joining import concatenate
from .manipulation import ravel
from .products import matmul
from .reductions import average, mean, real_dtype
from .reductions import sum as total
from .sorting import argsort, searchsorted

__all__ = [
    "corrcoef", "cov", "diff", "ediff1d", "gradient", "i0", "interp", "polyfit", "polyval",
    "trapezoid", "unwrap",
]  # fmt: skip


def _slices(x: Any, axis: int, *bounds: Any) -> list[Any]:
    """Parts of `x` along `axis`."""
    front = (slice(None),) * axis
    return [x[(*front, slice(*b))] for b in bounds]


@like_numpy("diff")
def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """The differences of neighbours along `axis`, taken `n` times."""
    a = coerce(a)
    axis = asked_axis("diff", a, axis)
    if n < 0:
        raise ValueError(f"diff: n is {n}; expected at least 0. Use cumsum for the inverse.")
    if n == 0:
        return a
    parts = [None if p is None or p is np._NoValue else coerce(p) for p in (prepend, append)]
    edge = (*shape_of(a)[:axis], 1, *shape_of(a)[axis + 1 :])
    before, after = (
        p if p is None or shape_of(p) else st.broadcast_to(from_host(p, a), shape=edge)
        for p in parts
    )
    joined = [p for p in (before, a, after) if p is not None]
    a = concatenate(joined, axis) if len(joined) > 1 else a
    for _ in range(n):
        later, earlier = _slices(a, axis, (1, None), (None, -1))
        boolean = dtype_of(a).kind == "b"
        a = el.not_equal(later, earlier) if boolean else el.subtract(later, earlier)
    return a


@like_numpy("ediff1d")
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """The differences of neighbours of the flat array, with values put before and after."""
    made = diff(ravel(ary))
    parts = [
        None if p is None else el.astype(ravel(from_host(coerce(p), made)), dtype=dtype_of(made))
        for p in (to_begin, to_end)
    ]
    return concatenate([p for p in (parts[0], made, parts[1]) if p is not None])


@like_numpy("gradient")
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Central differences along each axis, one-sided of order `edge_order` at the ends.

    Args:
        *varargs: the spacing: one for all axes, or for each axis a number or the coordinates.
    """
    f = floating(f)
    axes = asked_axes("gradient", f, axis)
    spacings = varargs or (1.0,)
    if len(spacings) == 1:
        spacings = spacings * len(axes)
    if len(spacings) != len(axes):
        raise ValueError(
            f"gradient: {len(varargs)} spacings for {len(axes)} axes; expected none, one, or one "
            "per axis. Pass one number for equal spacing."
        )
    made = [_slope(f, coerce(h), a, edge_order) for h, a in zip(spacings, axes, strict=True)]
    return made[0] if len(made) == 1 else tuple(made)


def _slope(f: Any, h: Any, axis: int, edge_order: int) -> Any:
    n = shape_of(f)[axis]
    if n < edge_order + 1:
        raise ValueError(
            f"gradient: axis {axis} has size {n} with edge_order={edge_order}; expected at least "
            f"{edge_order + 1}. Leave the axis out, or lower edge_order."
        )
    after = (1,) * (len(shape_of(f)) - axis - 1)
    gaps = diff(h) if shape_of(h) else st.broadcast_to(from_host(h, f) * 1.0, shape=(n - 1,))
    gaps = el.astype(st.reshape(gaps, shape=(n - 1, *after)), dtype=real_dtype(f))
    left, right = _slices(gaps, 0, (None, -1), (1, None))
    low, mid, high = _slices(f, axis, (None, -2), (1, -1), (2, None))
    inner = (
        high * (left / (right * (left + right)))
        - low * (right / (left * (left + right)))
        + mid * ((right - left) / (left * right))
    )
    ends = [_end(f, gaps, axis, edge_order), _end_last(f, gaps, axis, edge_order)]
    return st.concatenate(ends[0], inner, ends[1], axis=axis)


def _end(f: Any, gaps: Any, axis: int, edge_order: int) -> Any:
    """The slope at the first point, of first or second order."""
    y0, y1 = _slices(f, axis, (0, 1), (1, 2))
    (h0,) = _slices(gaps, 0, (0, 1))
    if edge_order == 1:
        return (y1 - y0) / h0
    (y2,) = _slices(f, axis, (2, 3))
    (h1,) = _slices(gaps, 0, (1, 2))
    return (
        -(2 * h0 + h1) / (h0 * (h0 + h1)) * y0
        + (h0 + h1) / (h0 * h1) * y1
        - h0 / (h1 * (h0 + h1)) * y2
    )


def _end_last(f: Any, gaps: Any, axis: int, edge_order: int) -> Any:
    """The slope at the last point: that at the first of the reversed function, negated."""
    return -_end(st.flip(f, axis=(axis,)), st.flip(gaps, axis=(0,)), axis, edge_order)


@like_numpy("trapezoid")
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The integral of `y` along `axis` by the trapezoidal rule."""
    y = coerce(y)
    axis = asked_axis("trapezoid", y, axis)
    if x is not None:
        x = coerce(x)
        same = len(shape_of(x)) != 1
        dx = diff(x, axis=axis if same else 0)
        if not same:
            dx = st.reshape(dx, shape=(shape_of(dx)[0], *(1,) * (len(shape_of(y)) - axis - 1)))
    later, earlier = _slices(y, axis, (1, None), (None, -1))
    return total(dx * (later + earlier) / 2.0, axis)


@like_numpy("interp")
def interp(
    x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    """Linear interpolation at `x` in the points (xp, fp), with `left` and `right` outside.

    Gradient: to `x`, `xp` and `fp`.
    """
    x, xp, fp = operands(x, xp, fp)
    if period is not None:
        x, xp, fp = _periodic(x, xp, fp, period)
    if shape_of(xp) != shape_of(fp) or len(shape_of(xp)) != 1 or 0 in shape_of(xp):
        raise ValueError(
            f"interp: xp has shape {shape_of(xp)} and fp {shape_of(fp)}; expected two vectors of "
            "one length, not empty. Interpolate matrices row by row with vmap."
        )
    n = shape_of(xp)[0]
    place = el.clip(searchsorted(xp, x, side="right") - 1, 0, max(n - 2, 0))
    after = place + (n > 1)
    x0, x1, y0, y1 = (getitem(v, at) for v in (xp, fp) for at in (place, after))
    gap = x1 - x0
    ans = y0 + (y1 - y0) * ((x - x0) / el.where(gap == 0, 1, gap))
    ans = el.where(x < xp[0], fp[0] if left is None else left, ans)
    return el.where(x > xp[n - 1], fp[n - 1] if right is None else right, ans)


def _periodic(x: Any, xp: Any, fp: Any, period: Any) -> Any:
    """The points within one period, in order, with one more on each side."""
    x, xp = x % abs(period), xp % abs(period)
    order = argsort(el.detach(xp))
    xp, fp = getitem(xp, order), getitem(fp, order)
    xp = concatenate((xp[-1:] - period, xp, xp[:1] + period))
    return x, xp, concatenate((fp[-1:], fp, fp[:1]))


@like_numpy("polyval")
def polyval(p: Any, x: Any) -> Any:
    """The polynomial with coefficients `p`, the highest power first, at `x` (Horner's scheme)."""
    p, x = operands(p, x)
    ans = x * 0
    for coefficient in st.unstack(p, axis=0):
        ans = ans * x + coefficient
    return ans


@like_numpy("polyfit")
def polyfit(
    x: Any, y: Any, deg: int, rcond: Any = None, full: bool = False, w: Any = None, cov: Any = False
) -> Any:
    """The coefficients, highest power first, of the polynomial closest to `y` at `x`."""
    if full or cov:
        raise ValueError(
            "polyfit: full or cov is given with tracers; expected the coefficients alone. "
            "Compute the residuals with polyval."
        )
    x, y = operands(x, y)
    columns = vander(x * 1.0, deg + 1)
    if w is not None:
        w = coerce(w)
        columns = columns * st.expand_dims(w, 1)
        y = y * (st.expand_dims(w, 1) if len(shape_of(y)) == 2 else w)
    scale = red.safe_sqrt(red.sum(columns * columns, axis=(0,), keepdims=True))
    scaled = columns / scale
    ans = lstsq(scaled, y)[0]
    return ans / (scale[0] if len(shape_of(y)) == 1 else st.expand_dims(scale[0], 1))


@like_numpy("cov")
def cov(
    m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: int | None = None,
    fweights: Any = None, aweights: Any = None, *, dtype: Any = None,
) -> Any:  # fmt: skip
    """The covariance matrix of the rows of `m` (of its columns unless `rowvar`)."""
    x = _variables(m, rowvar)
    if y is not None:
        x = st.concatenate(x, _variables(y, rowvar), axis=0)
    ddof = (0 if bias else 1) if ddof is None else ddof
    w = None
    for weights in (fweights, aweights):
        if weights is not None:
            w = coerce(weights) if w is None else w * coerce(weights)
    n = shape_of(x)[1]
    if w is None:
        norm: Any = n - ddof
        centred = x - mean(x, 1, keepdims=True)
        right = centred
    else:
        sum_w = total(w)
        squares = 0 if ddof == 0 else ddof * (
            total(w * coerce(aweights)) / sum_w if aweights is not None else 1
        )  # fmt: skip
        norm = sum_w - squares
        centred = x - st.expand_dims(average(x, 1, w), 1)
        right = centred * w
    made = matmul(centred, el.conjugate(right).T) / norm
    made = made if dtype is None else el.astype(made, dtype=np.dtype(dtype))
    return st.squeeze(made)


def _variables(m: Any, rowvar: bool) -> Any:
    """The observations as a matrix with a row for each variable."""
    x = st.atleast(coerce(m), 2)
    if len(shape_of(x)) > 2:
        raise ValueError(f"cov: m has shape {shape_of(x)}; expected at most two axes. Use vmap.")
    x = el.astype(x, dtype=np.promote_types(dtype_of(x), float))
    return x if rowvar or len(shape_of(coerce(m))) < 2 else x.T


@like_numpy("corrcoef")
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    """The correlation matrix: the covariances divided by both standard deviations."""
    c = cov(x, y, rowvar, dtype=dtype)
    if len(shape_of(c)) == 0:
        return c / c
    deviations = el.sqrt(el.real(st.diagonal(c, offset=0, axis1=0, axis2=1)))
    return c / deviations[:, None] / deviations[None, :]


@like_numpy("unwrap")
def unwrap(p: Any, discont: Any = None, axis: int = -1, *, period: Any = 2 * np.pi) -> Any:
    """`p` plus multiples of `period`, so that no step along `axis` exceeds half of one."""
    p = coerce(p)
    axis = asked_axis("unwrap", p, axis)
    steps = el.detach(diff(p, axis=axis))
    half = period / 2
    wrapped = el.remainder(steps + half, period) - half
    wrapped = el.where((wrapped == -half) & (steps > 0), half, wrapped)
    turns = wrapped - steps
    limit = half if discont is None else max(host_value(discont, "unwrap: discont"), half)
    turns = el.where(el.absolute(steps) < limit, 0, turns)
    first, rest = _slices(p, axis, (None, 1), (1, None))
    return st.concatenate(first, rest + red.cumsum(turns, axis=axis), axis=axis)


# I0(x) is the mean of cosh(x cos(t)) over a quarter turn; for a periodic function the midpoint
# rule converges exponentially, and 64 points reach float64 wherever I0 does not overflow.
_COSINES = np.cos(np.pi * (np.arange(64) + 0.5) / 128)


@like_numpy("i0")
def i0(x: Any) -> Any:
    """The modified Bessel function of the first kind and order 0."""
    x = coerce(x)
    cosines = from_host(_COSINES.astype(real_dtype(x)), x)
    waves = el.cosh(st.expand_dims(x, len(shape_of(x))) * cosines)
    return red.mean(waves, axis=(-1,), keepdims=False)
