"""`numpy.random` under autograd's path: its draws are constants to every transform."""
# ruff: noqa: F403

from numpy.random import *  # pyright: ignore[reportWildcardImportFromLibrary]
from numpy.random import __all__ as __all__

from ..refused import refusing

__getattr__ = refusing("numpy.random", __all__)
