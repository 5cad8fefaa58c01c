"""The exceptions and warnings of fzero, each naming what was got, what was wanted and a way out."""

__all__ = [
    "AssignmentError",
    "BatchedValueError",
    "DeviceError",
    "InfinityError",
    "LeakedTracerError",
    "LostDerivativeWarning",
    "MixedDeviceError",
    "MutatedArrayError",
    "NaNError",
    "NotDifferentiableError",
]


class AssignmentError(RuntimeError):
    """A tracer was stored into an array, which would lose its derivative."""


class LeakedTracerError(RuntimeError):
    """A tracer was used after the transform that made it had returned."""


class LostDerivativeWarning(UserWarning):
    """Another library was handed the numbers of a tracer, and no derivative goes through it."""


class BatchedValueError(TypeError):
    """Python asked for one concrete value where `vmap` holds one per row."""


class NotDifferentiableError(TypeError):
    """A derivative was asked of an operation, or an argument, that has none."""


class MutatedArrayError(ValueError):
    """An array that a pullback still needs was changed in place."""


class MixedDeviceError(TypeError):
    """One operation was given arrays of two devices."""


class DeviceError(RuntimeError):
    """A device is missing, or its driver failed."""


class InfinityError(FloatingPointError):
    """`debug_infs` saw an infinity come out of an operation."""


class NaNError(FloatingPointError):
    """`debug_nans` saw a NaN come out of an operation."""
