"""Differences, integrals, interpolation, polynomials and statistics of `fzero.numpy`."""

import numpy as np

from ..case import Table, positive, real, turned

TABLE = Table("numpy")
each, add = TABLE.each, TABLE.add

each("diff", real(3, 4), options=[{"n": n, "axis": a} for n in (0, 1, 2) for a in (0, -1)])
add("diff", lambda m, x, p: m.diff(x, prepend=0.0, append=p), real(3, 4), real(3, 2))
add("ediff1d", lambda m, x: m.ediff1d(x), real(3, 4))
add("ediff1d", lambda m, x: m.ediff1d(x, 9.0, np.array([7.0, 8.0])), real(5))
add("gradient", lambda m, x: m.gradient(x), real(3, 4))
add("gradient", lambda m, x: m.gradient(x, 0.5, axis=1), real(3, 4))
add("gradient", lambda m, x: m.gradient(x, axis=(0,)), turned(3, 4))
add("trapezoid", lambda m, x: m.trapezoid(x, dx=0.5, axis=0), real(3, 4))
add("trapezoid", lambda m, x, v: m.trapezoid(x, v), real(3, 4), real(4))
KNOTS = np.array([-1.5, 0.1, 1.0, 1.4])
add("interp", lambda m, x, f: m.interp(x, KNOTS, f), real(3, 4), real(4))
add("interp", lambda m, x, f: m.interp(x, KNOTS, f, left=-1.0, right=2.0), real(3, 4), real(4))
add("interp", lambda m, x, f: m.interp(x, KNOTS, f, period=3.0), real(3, 4), real(4))
add(
    "interp",
    lambda m, x, k, f: m.interp(x, m.cumsum(k), f),
    real(3, low=0.5, high=4.0),
    positive(4),
    real(4),
)
add("polyval", lambda m, p, x: m.polyval(p, x), real(4), real(3, 4))
add("polyval", lambda m, p, x: m.polyval(p, x), real(3), turned(2))
add("polyfit", lambda m, x, y: m.polyfit(x, y, 2), real(6), real(6))
add("polyfit", lambda m, x, y, w: m.polyfit(x, y, 1, w=w), real(6), real(6), positive(6))
add("cov", lambda m, x: m.cov(x), real(3, 4))
add("cov", lambda m, x, y: m.cov(x, y, rowvar=False, ddof=0), real(3, 4), real(3, 4))
add("cov", lambda m, x, w: m.cov(x, aweights=w), real(3, 4), positive(4))
add("cov", lambda m, x: m.cov(x), turned(3, 4))
add("corrcoef", lambda m, x: m.corrcoef(x), real(3, 4))
add("corrcoef", lambda m, x, y: m.corrcoef(x, y), real(5), real(5))
for name in ("convolve", "correlate"):
    for mode in ("full", "same", "valid"):
        for a, b in ((7, 3), (3, 6)):
            add(name, lambda m, x, y, n=name, k=mode: getattr(m, n)(x, y, k), real(a), real(b))
    add(name, lambda m, x, y, n=name: getattr(m, n)(x, y), turned(4), turned(3))
