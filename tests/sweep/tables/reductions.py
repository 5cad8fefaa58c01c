"""Reductions, cumulative functions and their NaN-skipping forms of `fzero.numpy`."""

from typing import Any

import numpy as np

from ..case import Table, mask, positive, real, turned, whole

TABLE = Table("numpy")
each, add = TABLE.each, TABLE.add

AXES: list[Any] = [None, 0, -1, (0, 1), (-1, 0)]
OVER: list[dict[str, Any]] = [{"axis": a} for a in AXES]
KEPT: list[dict[str, Any]] = [{"axis": a, "keepdims": True} for a in (None, -2, (0, 2))]
ALONG: list[dict[str, Any]] = [{"axis": a} for a in (None, 0, -1)]

FLOATS = "sum prod max min amax amin mean std var ptp"
each(f"{FLOATS} any all count_nonzero", real(3, 4), options=OVER)
each(f"{FLOATS} any all count_nonzero", real(2, 3, 4), options=KEPT)
each("sum prod mean var std", turned(2, 3), options=OVER[:3])
each("sum prod max min any all count_nonzero", whole(3, 4, low=0, high=3), options=OVER[:3])
each("any all sum count_nonzero", mask(3, 4), options=OVER[:3])
each("var std", real(3, 4), options=[{"ddof": 1}, {"axis": 0, "ddof": 2, "keepdims": True}])
each("argmax argmin", real(3, 4), options=ALONG)
each("argmax argmin", real(2, 3, 4), options=[{"axis": 1, "keepdims": True}])
each("cumsum cumprod nancumsum nancumprod", real(3, 4), options=ALONG)
each("cumsum cumprod", turned(2, 3), options=ALONG)
each("cumsum cumprod", whole(3, 4, high=4), options=ALONG)
each(
    "cumulative_sum cumulative_prod",
    real(3, 4),
    options=[{"axis": 0}, {"axis": -1, "include_initial": True}],
)
each("cumulative_sum cumulative_prod", real(5))

for name in "sum prod max min".split():
    add(
        name,
        lambda m, x, b, name=name: getattr(m, name)(x, axis=0, where=b, initial=-3.0),
        real(3, 4),
        mask(3, 4),
    )
for name in "mean std var".split():
    add(
        name,
        lambda m, x, name=name: getattr(m, name)(x, axis=1, where=np.arange(4) % 3 > 0),
        real(3, 4),
    )
for name in "any all".split():
    add(
        name,
        lambda m, x, b, name=name: getattr(m, name)(x > 0, axis=1, where=b),
        real(3, 4),
        mask(3, 4),
    )

#: NaN in one place of every row and column but the last.
HOLES = np.eye(3, 4, dtype=bool)
for name in "nansum nanprod nanmax nanmin nanmean nanstd nanvar nanargmax nanargmin".split():
    for axis in (None, 0, -1):
        add(
            name,
            lambda m, x, n=name, a=axis: getattr(m, n)(m.where(HOLES, np.nan, x), axis=a),
            real(3, 4),
        )
for name in "nancumsum nancumprod".split():
    add(
        name,
        lambda m, x, n=name: getattr(m, n)(m.where(HOLES, np.nan, x), axis=1),
        real(3, 4),
    )

each("average", real(3, 4), options=OVER[:4])
add("average", lambda m, x, w: m.average(x, axis=1, weights=w), real(3, 4), positive(4))
add("average", lambda m, x, w: m.average(x, weights=w, returned=True), real(3, 4), positive(3, 4))

STATISTICS = [{"axis": None}, {"axis": 0, "keepdims": True}, {"axis": (0, 1)}, {"axis": -1}]
each("median nanmedian", real(3, 4), options=STATISTICS)
METHODS = "linear lower higher midpoint nearest".split()
for name in "quantile nanquantile".split():
    for method in METHODS:
        add(
            name,
            lambda m, x, n=name, h=method: getattr(m, n)(x, 0.3, axis=1, method=h),
            real(3, 5),
        )
    add(name, lambda m, x, n=name: getattr(m, n)(x, np.array([0.1, 0.7]), axis=0), real(3, 4))
    add(
        name, lambda m, x, q, n=name: getattr(m, n)(x, m.abs(q) / 3, axis=None), real(3, 4), real(2)
    )
for name in "percentile nanpercentile".split():
    add(name, lambda m, x, n=name: getattr(m, n)(x, np.array([10.0, 90.0]), axis=0), real(3, 4))
    add(name, lambda m, x, n=name: getattr(m, n)(x, 40.0, keepdims=True), real(3, 4))
add("nanmedian", lambda m, x: m.nanmedian(m.where(HOLES, np.nan, x), axis=1), real(3, 4))
add("nanquantile", lambda m, x: m.nanquantile(m.where(HOLES, np.nan, x), 0.4, axis=0), real(3, 4))
