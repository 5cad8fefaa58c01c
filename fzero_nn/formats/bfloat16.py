"""bfloat16, which NumPy lacks: the upper half of a float32."""

import numpy as np

__all__ = ["widened"]


def widened(bits: np.ndarray) -> np.ndarray:
    """The float32 values of bfloat16 bits (uint16), exactly."""
    return (bits.astype(np.uint32) << 16).view(np.float32)
