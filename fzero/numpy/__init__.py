"""NumPy's functions on arrays and inside transforms: `import fzero.numpy as fnp`.

Names, arguments, results and errors are NumPy's: on NumPy arrays these functions run NumPy's own.
On tracers, and on arrays of other libraries, they are built from fzero's primitives; `numpy.sin(x)`
and all the others do the same when `x` is a tracer.

Example:
    >>> import fzero, fzero.numpy as fnp
    >>> fzero.grad(lambda x: fnp.sum(fnp.sort(x)[-2:]))(fnp.array([3.0, 1.0, 2.0]))
    array([1., 0., 1.])
"""
# ruff: noqa: F403, F405

from . import (
    brackets,
    calculus,
    counting,
    creation,
    dtypes,
    elementwise,
    fft,
    flat_indices,
    indexing,
    inspection,
    joining,
    linalg,
    logic,
    manipulation,
    methods,
    nans,
    padding,
    products,
    quantiles,
    reductions,
    sorting,
    triangles,
    ufunc_methods,
    updates,
)
from .brackets import *
from .calculus import *
from .counting import *
from .creation import *
from .dtypes import *
from .elementwise import *
from .flat_indices import *
from .indexing import *
from .joining import *
from .logic import *
from .manipulation import *
from .nans import *
from .padding import *
from .products import *
from .quantiles import *
from .reductions import *
from .sorting import *
from .triangles import *
from .updates import *

abs, conj, mod, pow, true_divide = absolute, conjugate, remainder, power, divide
acos, asin, atan, atan2 = arccos, arcsin, arctan, arctan2
acosh, asinh, atanh = arccosh, arcsinh, arctanh
amax, amin, around = max, min, round
bitwise_invert = bitwise_not = invert
bitwise_left_shift, bitwise_right_shift = left_shift, right_shift

#: What the Array API standard asks of a namespace.
__array_api_version__ = "2024.12"
__array_namespace_info__ = inspection.Inspection

__all__ = [
    "abs", "acos", "acosh", "amax", "amin", "around", "asin", "asinh", "atan", "atan2", "atanh",
    "bitwise_invert", "bitwise_left_shift", "bitwise_not", "bitwise_right_shift", "conj",
    "fft", "linalg", "mod", "pow", "true_divide",
]  # fmt: skip
__all__ += brackets.__all__
__all__ += calculus.__all__
__all__ += quantiles.__all__
__all__ += sorting.__all__
__all__ += triangles.__all__
__all__ += updates.__all__
__all__ += padding.__all__
__all__ += counting.__all__
__all__ += creation.__all__
__all__ += dtypes.__all__
__all__ += elementwise.__all__
__all__ += flat_indices.__all__
__all__ += indexing.__all__
__all__ += joining.__all__
__all__ += logic.__all__
__all__ += manipulation.__all__
__all__ += nans.__all__
__all__ += products.__all__
__all__ += reductions.__all__
__all__ += methods.__all__
__all__ += ufunc_methods.__all__
