"""Functions of `fzero.numpy` that move, join, split and make arrays."""

import numpy as np

from ..case import Table, positive, real, turned, whole

TABLE = Table("numpy")
each, add = TABLE.each, TABLE.add

each(
    "transpose fliplr flipud flip rot90 matrix_transpose tril triu trace diag diagonal", real(3, 4)
)
each("transpose flip tril triu diagonal", real(2, 3, 4))
each("ravel squeeze copy atleast_1d atleast_2d atleast_3d diagflat", real(4))
each("ravel squeeze copy atleast_1d atleast_2d atleast_3d", real(1, 3))
each("atleast_1d atleast_2d atleast_3d ravel copy", real())
each("reshape", real(3, 4), options=[{"shape": (2, -1)}, {"shape": (6, 2), "order": "F"}])
each("ravel", turned(3, 4), options=[{}, {"order": "F"}])
each("transpose", real(2, 3, 4), options=[{"axes": (1, 2, 0)}, {"axes": (-1, 0, 1)}])
each("permute_dims", real(2, 3, 4), options=[{"axes": (2, 0, 1)}])
each("swapaxes", real(2, 3, 4), options=[{"axis1": 0, "axis2": -1}])
each("moveaxis", real(2, 3, 4), options=[{"source": (0, 1), "destination": (-1, 0)}])
each("rollaxis", real(2, 3, 4), options=[{"axis": 2}, {"axis": 2, "start": 1}])
each("expand_dims", real(3, 4), options=[{"axis": 1}, {"axis": (0, -1)}])
each("squeeze", real(1, 3, 1), options=[{}, {"axis": 0}, {"axis": (0, -1)}])
each("broadcast_to", real(4), options=[{"shape": (3, 4)}, {"shape": (2, 1, 4)}])
each("broadcast_arrays", real(3, 1), real(4), turned(1, 1))
each("flip", real(2, 3, 4), options=[{"axis": 1}, {"axis": (0, -1)}])
each("rot90", real(2, 3, 4), options=[{"k": 3, "axes": (1, 2)}, {"k": 2}])
each("roll", real(3, 4), options=[{"shift": 5}, {"shift": (1, 2), "axis": (0, 1)}])
each("repeat", real(3, 4), options=[{"repeats": 2, "axis": 1}, {"repeats": 3}])
add("repeat", lambda m, x: m.repeat(x, np.array([1, 0, 3]), axis=0), real(3, 4))
each("tile", real(3, 4), options=[{"reps": 2}, {"reps": (2, 1, 3)}])
each("resize", real(3, 4), options=[{"new_shape": (5, 3)}, {"new_shape": 2}])
each("tril triu", real(2, 3, 4), options=[{"k": -1}, {"k": 1}])
each("diagonal trace", real(2, 3, 4), options=[{"offset": 1, "axis1": 1, "axis2": 2}])
each("diag", real(4), options=[{}, {"k": -1}])
each("diagflat", real(2, 2), options=[{"k": 1}])
add("astype", lambda m, x: m.astype(x, np.float32), real(3, 4))
add("astype", lambda m, x: m.astype(x, np.complex128), real(3, 4))
add("astype", lambda m, x: m.astype(x, np.int64), real(3, 4))
add("ndim", lambda m, x: x * m.ndim(x), real(3, 4))
add("shape", lambda m, x: x * m.shape(x)[1], real(3, 4))
add("size", lambda m, x: x * m.size(x, 1), real(3, 4))

for name in "concatenate concat".split():
    add(name, lambda m, x, y, n=name: getattr(m, n)((x, y)), real(3, 4), real(2, 4))
    add(name, lambda m, x, y, n=name: getattr(m, n)([x, y], axis=-1), real(3, 4), turned(3, 1))
    add(name, lambda m, x, v, n=name: getattr(m, n)((x, v), axis=None), real(3, 4), real(2))
for axis in (0, 1, -1):
    add("stack", lambda m, x, y, a=axis: m.stack([x, y, x], axis=a), real(3, 4), real(3, 4))
    add("unstack", lambda m, x, a=axis: m.unstack(x, axis=a), real(2, 3))
add("vstack", lambda m, x, v: m.vstack((x, v)), real(3, 4), real(4))
add("hstack", lambda m, x, y: m.hstack([x, y]), real(3, 4), real(3, 2))
add("hstack", lambda m, x, y: m.hstack([x, y]), real(3), real(2))
add("dstack", lambda m, x, y: m.dstack([x, y]), real(3, 4), real(3, 4))
add("column_stack", lambda m, x, w: m.column_stack([x, w]), real(3, 4), real(3))
add("block", lambda m, x, y: m.block([[x, y], [y, x]]), real(3, 4), real(3, 4))
add("append", lambda m, x, v: m.append(x, v), real(3, 4), real(4))
add("append", lambda m, x, y: m.append(x, y, axis=1), real(3, 4), real(3, 2))
add("split", lambda m, x: m.split(x, 2, axis=1), real(3, 4))
add("split", lambda m, x: m.split(x, [1, 3], axis=-1), real(3, 4))
add("array_split", lambda m, x: m.array_split(x, 3, axis=1), real(3, 4))
add("hsplit", lambda m, x: m.hsplit(x, 2), real(3, 4))
add("vsplit", lambda m, x: m.vsplit(x, 3), real(3, 4))
add("dsplit", lambda m, x: m.dsplit(x, 2), real(2, 3, 4))
add("delete", lambda m, x: m.delete(x, np.array([0, 2]), axis=1), real(3, 4))
add("delete", lambda m, x: m.delete(x, 5), real(3, 4))
add("insert", lambda m, x, v: m.insert(x, 1, v, axis=0), real(3, 4), real(4))
add("insert", lambda m, x: m.insert(x, np.array([0, 2]), 7.0, axis=1), real(3, 4))
add(
    "trim_zeros",
    lambda m, x: m.trim_zeros(m.concatenate([x * 0, x, x * 0])),
    real(3),
    without="vmap",
    why="the length depends on values",
)
for mode in "edge reflect symmetric wrap maximum minimum mean".split():
    add("pad", lambda m, x, mode=mode: m.pad(x, ((1, 2), (0, 3)), mode), real(3, 4))
add("pad", lambda m, x: m.pad(x, 1), turned(3, 4))
add("pad", lambda m, x: m.pad(x, (2, 1), constant_values=3.5), real(5))
add("pad", lambda m, x: m.pad(x, 1, constant_values=((1, 2), (3, 4))), real(3, 4))
add("apply_along_axis", lambda m, x: m.apply_along_axis(lambda r: r * r.sum(), 0, x), real(3, 4))
add("apply_along_axis", lambda m, x: m.apply_along_axis(lambda r: r.max(), 1, x), real(3, 4))
add("vectorize", lambda m, x, y: m.vectorize(lambda a, b: a * m.sin(b))(x, y), real(3, 4), real(4))
add(
    "vectorize",
    lambda m, x, y: m.vectorize(m.dot, signature="(n),(n)->()")(x, y),
    real(3, 4),
    real(4),
)

each("zeros_like ones_like", real(3, 4))
add("empty_like", lambda m, x: x * 0 + m.empty_like(x).shape[1], real(3, 4))
add("full_like", lambda m, x, v: m.full_like(x, v), real(3, 4), real(4))
add("full", lambda m, v: m.full((3, 4), v), real(4))
add("array", lambda m, x, v: m.array([[x[0, 0], v[1]], [2.0, v[0]]]), real(3, 4), real(4))
add("asarray", lambda m, x: m.asarray([x, 2 * x]), real(3))
add("linspace", lambda m, a, b: m.linspace(a, b, 5), real(4), real(4))
add("linspace", lambda m, a: m.linspace(a, 3.0, 4, endpoint=False, axis=-1), real(4))
add("logspace", lambda m, a: m.logspace(a, 1.0, 4), real(4))
add("geomspace", lambda m, a: m.geomspace(a, 9.0, 4), positive(4))
add("meshgrid", lambda m, v, w: m.meshgrid(v, w), real(4), real(3))
add("meshgrid", lambda m, v, w: m.meshgrid(v, w, indexing="ij", sparse=True), real(4), real(3))
add("vander", lambda m, v: m.vander(v, 3), real(4))
add("vander", lambda m, v: m.vander(v, increasing=True), turned(3))
for name, call in {
    "arange": lambda m: m.arange(1.0, 3.0, 0.5),
    "empty": lambda m: m.zeros(m.empty((2, 3)).shape),
    "eye": lambda m: m.eye(3, 4, k=1),
    "fromfunction": lambda m: m.fromfunction(lambda i, j: i - j, (2, 3)),
    "identity": lambda m: m.identity(3),
    "indices": lambda m: m.indices((2, 3)),
    "ones": lambda m: m.ones((2, 3)),
    "tri": lambda m: m.tri(3, 4, -1),
    "zeros": lambda m: m.zeros(3),
    "broadcast_shapes": lambda m: m.zeros(m.broadcast_shapes((3, 1), (4,))),
    "linspace": lambda m: m.linspace(-1.0, 2.0, 7),
    "logspace": lambda m: m.logspace(0.0, 2.0, 5, base=3.0),
    "geomspace": lambda m: m.geomspace(1.0, 7.0, 5),
    "array": lambda m: m.array([[1.0, 2.0]]),
    "c_": lambda m: m.c_[np.arange(3.0), np.ones(3)],
    "r_": lambda m: m.r_[np.arange(3.0), 7.0],
    "mgrid": lambda m: m.mgrid[0:2, 1:4],
    "ogrid": lambda m: list(m.ogrid[0:2, 1:4]),
    "s_": lambda m: m.zeros((3, 4))[m.s_[1:, ::2]],
    "index_exp": lambda m: m.ones((3, 4))[m.index_exp[1:, 2]],
}.items():
    add(name, call)
add("from_dlpack", lambda m, x: m.from_dlpack(np.arange(4.0)) * x, real(4))
add("iscomplexobj", lambda m, x: x.real * m.iscomplexobj(x), turned(3))
add("isrealobj", lambda m, x: x * m.isrealobj(x), real(3))
add("isscalar", lambda m, x: x * m.isscalar(2.0), real(3))
add("result_type", lambda m, x: m.ones(2, m.result_type(x, 1.0)) * x[0], real(3))
add("promote_types", lambda m, n: m.ones(2, m.promote_types(n.dtype, np.float64)) * n[0], whole(3))
add("can_cast", lambda m, x: x * m.can_cast(np.float64, np.float32), real(3))
add("isdtype", lambda m, x: x * m.isdtype(x.dtype, "real floating"), real(3))
add("issubdtype", lambda m, x: x * m.issubdtype(x.dtype, m.floating), real(3))
