"""The names that the namespace must have, and those that are NumPy's own objects."""

import numpy as np
import pytest

import fzero.numpy as fnp
from tests.numpy_cases import CASES

FUNCTIONS = """
abs absolute acos acosh add all allclose amax amin angle any arange arccos arccosh arcsin arcsinh
arctan arctan2 arctanh argmax argmin argsort array array_equal array_split asarray asin asinh
astype atan atan2 atanh atleast_1d atleast_2d atleast_3d bitwise_and bitwise_invert
bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor broadcast_arrays broadcast_shapes
broadcast_to can_cast ceil clip concat concatenate conj conjugate convolve copy copysign cos cosh
count_nonzero cross cumsum cumulative_prod cumulative_sum deg2rad degrees diag diagonal diff
divide dot dsplit einsum empty empty_like equal exp exp2 expand_dims expm1 eye fabs flip fliplr
flipud floor floor_divide fmax fmin from_dlpack full full_like gradient greater greater_equal
hsplit hypot imag inner invert isclose iscomplexobj isdtype isfinite isin isinf isnan kron less
less_equal linspace log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not logical_or
logical_xor matmul matrix_transpose max maximum mean meshgrid min minimum mod moveaxis multiply
nan_to_num ndim negative nextafter nonzero not_equal ones ones_like outer pad partition
permute_dims polyval positive pow power prod rad2deg radians ravel real reciprocal remainder
repeat reshape result_type roll rollaxis rot90 round searchsorted shape sign signbit sin sinc sinh
size sort split sqrt square squeeze stack std subtract sum swapaxes take take_along_axis tan tanh
tensordot tile trace transpose tril triu true_divide trunc unique_all unique_counts unique_inverse
unique_values unstack var vdot vecdot vsplit vstack where zeros zeros_like
""".split()
MORE = """
append apply_along_axis argpartition argwhere around array_equiv average bincount bitwise_count
bitwise_not block c_ cbrt choose column_stack compress corrcoef correlate cov cumprod delete
diag_indices diag_indices_from diagflat digitize divmod dstack ediff1d extract fill_diagonal
flatnonzero float_power fmod frexp fromfunction gcd geomspace heaviside histogram histogram2d
histogram_bin_edges histogramdd hstack i0 identity index_exp indices insert interp intersect1d
iscomplex isneginf isposinf isreal isrealobj isscalar ix_ lcm ldexp left_shift lexsort logspace
mask_indices matvec median mgrid modf nanargmax nanargmin nancumprod nancumsum nanmax nanmean
nanmedian nanmin nanpercentile nanprod nanquantile nanstd nansum nanvar ogrid percentile piecewise
place polyfit ptp put put_along_axis quantile r_ ravel_multi_index resize right_shift rint s_
select setdiff1d setxor1d sort_complex spacing trapezoid tri tril_indices tril_indices_from
trim_zeros triu_indices triu_indices_from union1d unique unravel_index unwrap vander vecmat
vectorize
""".split()
LINALG = """
linalg.cholesky linalg.cross linalg.det linalg.diagonal linalg.eigh linalg.eigvalsh linalg.inv
linalg.matmul linalg.matrix_norm linalg.matrix_power linalg.matrix_rank linalg.matrix_transpose
linalg.norm linalg.outer linalg.pinv linalg.qr linalg.slogdet linalg.solve linalg.svd
linalg.svdvals linalg.tensordot linalg.trace linalg.vecdot linalg.vector_norm linalg.cond
linalg.eig linalg.eigvals linalg.lstsq linalg.multi_dot linalg.tensorinv linalg.tensorsolve
""".split()
FFT = """
fft.fft fft.fftfreq fft.fftn fft.fftshift fft.hfft fft.ifft fft.ifftn fft.ifftshift fft.ihfft
fft.irfft fft.irfftn fft.rfft fft.rfftfreq fft.rfftn fft.fft2 fft.ifft2 fft.irfft2 fft.rfft2
""".split()
OBJECTS = """
bool bool_ complex64 complex128 complexfloating dtype finfo float16 float32 floating iinfo inexact
int8 int16 int32 int64 integer issubdtype ndarray uint8 uint16 uint32 uint64 promote_types e inf
nan newaxis pi cdouble csingle double euler_gamma int_ number signedinteger single ufunc uint
unsignedinteger
""".split()
#: Functions of static arguments, or that refuse tracers: see test_numpy_semantics.py.
STATIC = """
arange broadcast_shapes c_ diag_indices empty eye fill_diagonal from_dlpack fromfunction identity
index_exp indices isdtype isscalar mask_indices mgrid ogrid ones place put put_along_axis r_ s_
tri tril_indices triu_indices vectorize zeros
""".split()
NAMES = [*FUNCTIONS, *MORE, *LINALG, *FFT]


def found(namespace, path):
    for part in path.split("."):
        namespace = getattr(namespace, part)
    return namespace


@pytest.mark.parametrize("name", [*NAMES, *OBJECTS, "float64", "float_", "complex_"])
def test_each_name_exists_and_is_public(name):
    found(fnp, name)
    assert name.partition(".")[0] in fnp.__all__


@pytest.mark.parametrize("name", OBJECTS)
def test_types_and_constants_are_numpys(name):
    assert getattr(fnp, name) is getattr(np, name)


def test_every_function_has_a_case():
    tested = {c.name for c in CASES}
    missing = [n for n in NAMES if n not in tested and n not in STATIC]
    assert missing == []
    assert [n for n in STATIC if n in tested] == []
    print(f"fzero.numpy: {len(fnp.__all__)} names, {len(tested)} of them in {len(CASES)} cases")


def test_every_public_function_is_documented_and_named():
    for name in NAMES:
        function = found(fnp, name)
        if callable(function) and name not in ("r_", "c_", "mgrid", "ogrid"):
            assert function.__doc__, name
            assert function.__name__.isidentifier(), name
