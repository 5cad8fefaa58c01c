"""The names of JAX's NumPy that fzero must have, and cases of those that are given no array."""

import numpy as np

from tests.numpy_cases import Case, V, X

#: 231 of `jax.numpy`, 24 of its `linalg` and 14 of its `fft`.
MUST = """
abs absolute acos acosh add all allclose amax amin angle any arange arccos arccosh arcsin arcsinh
arctan arctan2 arctanh argmax argmin argsort array array_equal array_split asarray asin asinh
astype atan atan2 atanh atleast_1d atleast_2d atleast_3d bitwise_and bitwise_invert
bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor bool bool_ broadcast_arrays
broadcast_shapes broadcast_to can_cast ceil clip complex128 complex64 complexfloating concat
concatenate conj conjugate convolve copy copysign cos cosh count_nonzero cross cumsum
cumulative_prod cumulative_sum deg2rad degrees diag diagonal diff divide dot dsplit dtype e einsum
empty empty_like equal exp exp2 expand_dims expm1 eye fabs finfo flip fliplr flipud float16
float32 floating floor floor_divide fmax fmin from_dlpack full full_like gradient greater
greater_equal hsplit hypot iinfo imag inexact inf inner int16 int32 int64 int8 integer invert
isclose iscomplexobj isdtype isfinite isin isinf isnan issubdtype kron less less_equal linspace
log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not logical_or logical_xor matmul
matrix_transpose max maximum mean meshgrid min minimum mod moveaxis multiply nan nan_to_num
ndarray ndim negative newaxis nextafter nonzero not_equal ones ones_like outer pad partition
permute_dims pi polyval positive pow power prod promote_types rad2deg radians ravel real
reciprocal remainder repeat reshape result_type roll rollaxis rot90 round searchsorted shape sign
signbit sin sinc sinh size sort split sqrt square squeeze stack std subtract sum swapaxes take
take_along_axis tan tanh tensordot tile trace transpose tril triu true_divide trunc uint16 uint32
uint64 uint8 unique_all unique_counts unique_inverse unique_values unstack var vdot vecdot vsplit
vstack where zeros zeros_like
linalg.cholesky linalg.cross linalg.det linalg.diagonal linalg.eigh linalg.eigvalsh linalg.inv
linalg.matmul linalg.matrix_norm linalg.matrix_power linalg.matrix_rank linalg.matrix_transpose
linalg.norm linalg.outer linalg.pinv linalg.qr linalg.slogdet linalg.solve linalg.svd
linalg.svdvals linalg.tensordot linalg.trace linalg.vecdot linalg.vector_norm
fft.fft fft.fftfreq fft.fftn fft.fftshift fft.hfft fft.ifft fft.ifftn fft.ifftshift fft.ihfft
fft.irfft fft.irfftn fft.rfft fft.rfftfreq fft.rfftn
""".split()

DTYPES = """
bool bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 complex64 complex128
""".split()
KINDS = "complexfloating floating inexact integer".split()
CONSTANTS = "e inf nan pi".split()
#: What NumPy is given in these is static: a shape, a dtype, a number. NumPy hands nothing over, and
#: what it returns meets the tracer `x` in the next operation.
STATIC = [
    Case("arange", lambda m, x: x * m.arange(4.0), (V,)),
    Case("broadcast_shapes", lambda m, x: x * m.broadcast_shapes(x.shape, (3, 1))[0], (V,)),
    Case("dtype", lambda m, x: x.astype(m.dtype("float64")), (V,)),
    Case("empty", lambda m, x: x * m.empty(x.shape).size, (V,)),
    Case("eye", lambda m, x: x @ m.eye(4, 3, 1), (X,)),
    Case("finfo", lambda m, x: x + m.finfo(x.dtype).eps, (V,)),
    Case("from_dlpack", lambda m, x: x * m.from_dlpack(np.arange(4.0)), (V,)),
    Case("iinfo", lambda m, x: x * m.iinfo(m.int8).max, (V,)),
    Case("isdtype", lambda m, x: x * m.isdtype(x.dtype, "real floating"), (V,)),
    Case("issubdtype", lambda m, x: x * m.issubdtype(x.dtype, m.floating), (V,)),
    Case("ndarray", lambda m, x: x * m.ndarray((2, 4)).shape[1], (V,)),
    Case("newaxis", lambda m, x: x[:, m.newaxis] * x, (V,)),
    Case("ones", lambda m, x: x * m.ones(x.shape), (V,)),
    Case("promote_types", lambda m, x: x.astype(m.promote_types(x.dtype, m.int8)), (V,)),
    Case("zeros", lambda m, x: x + m.zeros((3, *x.shape), x.dtype), (V,)),
    *[Case(n, lambda m, x, n=n: x * getattr(m, n)(1).real, (V,)) for n in DTYPES],
    *[
        Case(n, lambda m, x, n=n: x * (1 + m.issubdtype(x.dtype, getattr(m, n))), (V,))
        for n in KINDS
    ],
    *[
        Case(n, lambda m, x, n=n: m.nan_to_num(m.where(x > 0, x, getattr(m, n)), posinf=2.0), (V,))
        for n in CONSTANTS
    ],
]
#: name -> a call that NumPy cannot hand over, as a function of the namespace and of a tracer.
REFUSED = {
    "array": lambda m, x: m.array([x, x]),
    "asarray": lambda m, x: m.asarray(x),
    "full": lambda m, x: m.full((3, 4), x),
}
