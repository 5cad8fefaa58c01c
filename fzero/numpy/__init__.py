"""NumPy's functions on arrays and inside transforms: `import fzero.numpy as fnp`.

Names, arguments, results and errors are NumPy's: on NumPy arrays most of these functions *are*
NumPy's own. On tracers and on arrays of other libraries they are built from fzero's primitives,
and so does `numpy.<name>` itself when its argument is a tracer.
"""

from . import methods, ufunc_methods
from .calculus import *
from .creation import *
from .dtypes import *
from .elementwise import *
from .indexing import *
from .joining import *
from .logic import *
from .manipulation import *
from .products import *
from .reductions import *

abs = absolute
acos, acosh, asin, asinh, atan, atanh, atan2 = (
    arccos,
    arccosh,
    arcsin,
    arcsinh,
    arctan,
    arctanh,
    arctan2,
)
amax, amin = max, min
around = round
bitwise_invert = bitwise_not = invert
bitwise_left_shift, bitwise_right_shift = left_shift, right_shift
conj = conjugate
mod = remainder
pow = power
true_divide = divide
