"""Functions of `fzero.numpy` that choose, search, sort and compare."""

import numpy as np

from ..case import Table, real, turned, whole

TABLE = Table("numpy")
each, add = TABLE.each, TABLE.add
BY_VALUE = "the shape of the result depends on values"

add("take", lambda m, x, i: m.take(x, i, axis=1), real(3, 4), whole(5, low=0, high=4))
add("take", lambda m, x, i: m.take(x, i), real(3, 4), whole(2, 2, low=0, high=12))
for mode in ("clip", "wrap"):
    add("take", lambda m, x, h=mode: m.take(x, np.array([-1, 9]), axis=0, mode=h), real(3, 4))
add(
    "take_along_axis",
    lambda m, x, i: m.take_along_axis(x, i, 1),
    real(3, 4),
    whole(3, 2, low=0, high=4),
)
add(
    "take_along_axis",
    lambda m, x, i: m.take_along_axis(x, i, axis=0),
    turned(3, 4),
    whole(2, 4, low=0, high=3),
)
add(
    "choose",
    lambda m, i, x, y: m.choose(i, [x, y], mode="wrap"),
    whole(3, 4, low=0, high=2),
    real(3, 4),
    real(4),
)
add("compress", lambda m, x: m.compress(np.array([True, False, True]), x, axis=0), real(3, 4))
add("extract", lambda m, x: m.extract(x > 0, x), real(3, 4), without="vmap", why=BY_VALUE)
add("select", lambda m, x, y: m.select([x > 1, x > 0], [x, y], -1.0), real(3, 4), real(3, 4))
add("piecewise", lambda m, x: m.piecewise(x, [x > 0], [lambda v: v**2, lambda v: -v]), real(3, 4))
for name in "nonzero flatnonzero argwhere where".split():
    add(name, lambda m, x, n=name: getattr(m, n)(x > 0), real(3, 4), without="vmap", why=BY_VALUE)
add("diag_indices", lambda m: m.diag_indices(3))
add("mask_indices", lambda m: m.mask_indices(3, m.triu))
add("tril_indices", lambda m: m.tril_indices(3, -1, 4))
add("triu_indices", lambda m: m.triu_indices(3, 1))
each("diag_indices_from tril_indices_from triu_indices_from", real(3, 3))
add("ix_", lambda m, x: x[m.ix_(np.array([0, 2]), np.array([1, 3]))], real(3, 4))
add(
    "ravel_multi_index",
    lambda m, i: m.ravel_multi_index((i, i), (9, 9)),
    whole(4),
    without="vmap",
    why="JAX cannot raise under vmap, which is all that fzero does there",
)
add("unravel_index", lambda m, i: m.unravel_index(i, (3, 4)), whole(4))
each("allclose array_equal array_equiv", real(3, 4), real(3, 4))
each("allclose", real(3), real(3), options=[{"atol": 9.0}])
add("array_equal", lambda m, x: m.array_equal(x, x), turned(3))
add("array_equiv", lambda m, x: m.array_equiv(x, m.stack([x, x])), real(3))
add("isin", lambda m, x, y: m.isin(x, y), whole(3, 4), whole(3))
add("isin", lambda m, x, y: m.isin(x, y, invert=True), whole(3, 4), whole(3))

for axis in (-1, 0, None):
    for name in "sort argsort".split():
        add(name, lambda m, x, n=name, a=axis: getattr(m, n)(x, axis=a, stable=True), real(3, 4))
each("sort argsort", whole(3, 4), options=[{"stable": True}])
add(
    "sort",
    lambda m, x: m.sort(x),
    turned(5),
    without="jvp vjp vmap",
    why="fzero sorts complex values",
)
add("partition", lambda m, x: m.sort(m.partition(x, 1)[:, :2], 1), real(3, 4))
add("partition", lambda m, x: m.partition(x, 1, axis=0)[1], real(3, 4))
add("argpartition", lambda m, x: m.argpartition(x, 1, axis=1)[:, 1], real(3, 4))
add("lexsort", lambda m, x, y: m.lexsort((x, y)), real(6), whole(6, high=4))
add("sort_complex", lambda m, x: m.sort_complex(x), real(5))
for side in ("left", "right"):
    add(
        "searchsorted",
        lambda m, e, x, s=side: m.searchsorted(m.sort(e), x, side=s),
        real(5),
        real(3, 4),
    )
add("searchsorted", lambda m, x: m.searchsorted(np.array([-1.0, 0.0, 1.0]), x), real(3, 4))
add("digitize", lambda m, x: m.digitize(x, np.array([-1.0, 0.0, 1.0])), real(3, 4))
add("digitize", lambda m, x: m.digitize(x, np.array([1.0, 0.0, -1.0]), right=True), real(3, 4))
for name in "unique_all unique_counts unique_inverse".split():
    add(
        name,
        lambda m, i, n=name: tuple(getattr(m, n)(i)),
        whole(3, 4),
        without="vmap",
        why=BY_VALUE,
    )
add(
    "unique_values",
    lambda m, i: m.sort(m.unique_values(i)),
    whole(3, 4),
    without="vmap",
    why=BY_VALUE,
)
each(
    "unique",
    whole(3, 4, high=4),
    without="vmap",
    why=BY_VALUE,
    options=[
        {},
        {"axis": 0},
        {"return_index": True, "return_inverse": True, "return_counts": True},
    ],
)
each("union1d intersect1d setdiff1d setxor1d", whole(5), whole(4), without="vmap", why=BY_VALUE)

add(
    "bincount",
    lambda m, w: (
        m.bincount(np.array([0, 2, 2, 1]), w, length=5)
        if "jax" in m.__name__
        else m.bincount(np.array([0, 2, 2, 1]), w, 5)
    ),
    real(4),
)
add("bincount", lambda m, i: m.bincount(i, minlength=9), whole(6), without="vmap", why=BY_VALUE)
add(
    "histogram",
    lambda m, x: m.histogram(x, np.linspace(-2, 2, 5))[0] * 1.0,
    real(9),
    without="jvp vjp vmap",
    why="counts have no derivative",
)
add(
    "histogram_bin_edges",
    lambda m, x: m.histogram_bin_edges(x, 4),
    real(9),
    without="jvp vjp vmap",
    why="edges are constants in fzero",
)
add(
    "histogram2d",
    lambda m, x, y: m.histogram2d(x, y, np.linspace(-2, 2, 4))[0] * 1.0,
    real(9),
    real(9),
    without="jvp vjp vmap",
    why="counts have no derivative",
)
add(
    "histogramdd",
    lambda m, x: m.histogramdd(x, [np.linspace(-2, 2, 4)] * 2)[0] * 1.0,
    real(9, 2),
    without="jvp vjp vmap",
    why="counts have no derivative",
)
