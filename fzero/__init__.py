from . import array  # noqa
from .reverse import grad, value_and_grad, vjp
from .forward import jvp, linearize
from .batching import vmap
from .debug_nans import debug_nans
