"""Windows by name, and those of SciPy."""

import math
from importlib import import_module
from typing import Any

import numpy as np

__all__ = ["window_of"]

#: The weights of 1, cos(t), cos(2 t), ... with alternating signs, for t over one period.
_COSINES = {
    "boxcar": (1.0,),
    "hann": (0.5, 0.5),
    "hamming": (0.54, 0.46),
    "blackman": (0.42, 0.5, 0.08),
}


def window_of(name: Any, size: int) -> np.ndarray:
    """The periodic window of that name, in float64; other names need SciPy."""
    if name in _COSINES:
        time = 2 * math.pi * np.arange(size) / size
        waves = enumerate(_COSINES[name])
        return np.asarray(sum((-1) ** k * c * np.cos(k * time) for k, c in waves))
    try:
        return import_module("scipy.signal").get_window(name, size)
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"window: {name!r} is one of SciPy's, which is not installed; expected one of "
            f"{tuple(_COSINES)}. Run `pip install 'fzero[scipy]'`."
        ) from error
