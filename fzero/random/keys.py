"""Keys: small arrays from which all random numbers are computed, and nothing else is.

A Philox key is uint64 of shape (2,), a Threefry key uint32 of shape (2,): the dtype tells them
apart, so keys can be stored, stacked, vmapped and put on a device like any array.
"""

import math
import operator
from functools import partial
from typing import Any

import numpy as np

from ..dtypes import dtype_of, shape_of
from ..rules import nondiff
from ..shaping import batch_all, op
from .checks import as_shape, check_key
from .generators import child_keys, folded_key, raw_bits

__all__ = [
    "PRNGKey",
    "bits",
    "clone",
    "fold_in",
    "key",
    "key_data",
    "key_impl",
    "split",
    "wrap_key_data",
]

#: Name of the generator -> the dtype of its keys.
_DTYPES = {"philox": np.dtype(np.uint64), "threefry2x32": np.dtype(np.uint32)}
_BITS = {np.dtype(f"uint{width}"): width for width in (8, 16, 32, 64)}


def key(seed: int, impl: str = "philox") -> np.ndarray:
    """Make a key from a seed.

    Args:
        seed: 0 <= seed < 2**128 for Philox, < 2**64 for Threefry.
        impl: "philox" (Philox4x64-10) or "threefry2x32", which gives the bits of JAX's
            `jax.random.PRNGKey(seed)` and is several times slower.

    Returns:
        The key, uint64 of shape (2,) for Philox, uint32 of shape (2,) for Threefry, on the CPU.

    Raises:
        TypeError: `seed` is no integer.
        ValueError: `seed` is out of range, or `impl` is unknown.

    Example:
        >>> key(3)
        array([3, 0], dtype=uint64)
    """
    if impl not in _DTYPES:
        raise ValueError(
            f"random.key: impl is {impl!r}; expected one of {', '.join(map(repr, _DTYPES))}. "
            "Leave it out for Philox."
        )
    if isinstance(seed, (bool, np.bool_)) or not hasattr(seed, "__index__"):
        raise TypeError(
            f"random.key: seed is {type(seed).__name__} {seed!r}; expected an integer. "
            "Write random.key(0)."
        )
    value, size = operator.index(seed), 8 * _DTYPES[impl].itemsize
    if not 0 <= value < 1 << 2 * size:
        raise ValueError(
            f"random.key: seed is {value}; expected 0 <= seed < 2**{2 * size} for {impl}. "
            f"Write random.key(seed % 2**{2 * size})."
        )
    low, high = value & (1 << size) - 1, value >> size
    return np.array([low, high] if impl == "philox" else [high, low], _DTYPES[impl])


def PRNGKey(seed: int, impl: str = "philox") -> np.ndarray:
    """The same as `key`, under JAX's older name.

    Example:
        >>> PRNGKey(0, impl="threefry2x32")
        array([0, 0], dtype=uint32)
    """
    return key(seed, impl)


def stacked(name: str) -> Any:
    """Batching of a primitive on a key and its parameters: leading axes are stacks of keys."""

    def batch(size: int, args: Any, batched: Any, params: Any) -> Any:
        return op(name)(*batch_all(args, batched, size), **params), True

    return batch


def sample_keys(rng: Any) -> list[Any]:
    """Keys of both generators, one and a stack, for the law tests."""
    return [
        rng.integers(0, 1 << 32, shape).astype(dtype)
        for dtype in _DTYPES.values()
        for shape in ((2,), (3, 2))
    ]


def _bits_impl(xp: Any, key: Any, *, shape: tuple[int, ...], width: int) -> Any:
    return raw_bits(xp, key, math.prod(shape), width).reshape((*key.shape[:-1], *shape))


def _split_impl(xp: Any, key: Any, *, shape: tuple[int, ...]) -> Any:
    return child_keys(xp, key, math.prod(shape)).reshape((*key.shape[:-1], *shape, 2))


def _fold_impl(xp: Any, key: Any, data: Any, *, text: bool) -> Any:
    return folded_key(xp, key, xp.asarray(data).astype(xp.uint64), text)


_bits = nondiff(
    "random_bits",
    lambda xp: partial(_bits_impl, xp),
    batch=stacked("random_bits"),
    samples=lambda rng: [((k,), {"shape": (5,), "width": 32}) for k in sample_keys(rng)],
)
_split = nondiff(
    "random_split",
    lambda xp: partial(_split_impl, xp),
    batch=stacked("random_split"),
    samples=lambda rng: [((k,), {"shape": (3,)}) for k in sample_keys(rng)],
)
_fold_in = nondiff(
    "random_fold_in",
    lambda xp: partial(_fold_impl, xp),
    batch=stacked("random_fold_in"),
    samples=lambda rng: [
        ((k, rng.integers(0, 99, k.shape[:-1])), {"text": False}) for k in sample_keys(rng)
    ],
)


def split(key: Any, num: int | tuple[int, ...] = 2) -> Any:
    """Split one key into `num` new ones; do not use the old one again.

    Args:
        key: one key.
        num: how many, or a shape of keys.

    Returns:
        A stack of keys, of shape (num, 2), of the dtype of `key`. The first keys do not depend
        on `num`.

    Example:
        >>> first, second = split(key(0))
        >>> split(first, 3).shape
        (3, 2)
    """
    check_key("split", key)
    return _split(key, shape=as_shape("split", num, "num"))


def name_hash(text: str) -> int:
    """64 bits of a name: FNV-1a, the same on every run. (`hashlib` takes 7 ms to import.)

    Source: Fowler, Noll, Vo, "The FNV Non-Cryptographic Hash Algorithm", an IETF draft.
    """
    found = 0xCBF29CE484222325
    for byte in text.encode():
        found = (found ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return found


def fold_in(key: Any, data: Any) -> Any:
    """Derive a key from a key and a number or a name.

    Args:
        key: one key.
        data: an integer (-2**63 <= data < 2**64; a Threefry key takes its lowest 32 bits, as JAX
            does), an integer array of shape () or a tracer of one, or a str. A number and its
            text give different keys.

    Returns:
        The new key, of the shape and dtype of `key`.

    Raises:
        TypeError: `data` is neither an integer nor a str.
        ValueError: `data` has more than 64 bits.

    Example:
        >>> layer = fold_in(key(0), "encoder")
        >>> step = fold_in(layer, 12)
    """
    check_key("fold_in", key)
    if isinstance(data, str):
        return _fold_in(key, np.uint64(name_hash(data)), text=True)
    if isinstance(data, bool) or dtype_of(data).kind not in "iu" or shape_of(data) != ():
        raise TypeError(
            f"random.fold_in: data is {type(data).__name__} {data!r}; expected one integer or a "
            "str. For several numbers write fzero.vmap(random.fold_in, (None, 0))(key, numbers)."
        )
    if isinstance(data, int) and not -(1 << 63) <= data < 1 << 64:
        raise ValueError(
            f"random.fold_in: data is {data}; expected -2**63 <= data < 2**64. "
            "Fold in its text, str(data)."
        )
    return _fold_in(key, data, text=False)


def bits(key: Any, shape: int | tuple[int, ...] = (), dtype: Any = np.uint64) -> Any:
    """Uniform random bits as unsigned integers.

    Args:
        key: one key.
        shape: the shape of the result.
        dtype: uint8, uint16, uint32 or uint64.

    Returns:
        An array of `shape` and `dtype`.

    Example:
        >>> bits(key(0), (2,), "uint8")
        array([76, 49], dtype=uint8)
    """
    check_key("bits", key)
    width = _BITS.get(np.dtype(dtype))
    if width is None:
        raise TypeError(
            f"random.bits: dtype is {np.dtype(dtype)}; expected uint8, uint16, uint32 or uint64. "
            "For signed integers use random.randint."
        )
    return _bits(key, shape=as_shape("bits", shape), width=width)


def key_impl(key: Any) -> str:
    """The name of the generator that a key, or a stack of keys, belongs to.

    Example:
        >>> key_impl(key(0))
        'philox'
    """
    check_key("key_impl", key, stack=True)
    return "philox" if dtype_of(key) == _DTYPES["philox"] else "threefry2x32"


def key_data(key: Any) -> Any:
    """The words of a key or of a stack of keys; here a key is its words already.

    Example:
        >>> key_data(key(3))
        array([3, 0], dtype=uint64)
    """
    check_key("key_data", key, stack=True)
    return key


def wrap_key_data(data: Any, impl: str | None = None) -> Any:
    """Take words, such as those of a checkpoint or of `jax.random.key_data`, as a key.

    Args:
        data: uint64 or uint32 of shape (..., 2).
        impl: the generator it must belong to; None takes what the dtype says.

    Raises:
        TypeError: the words do not belong to `impl`.

    Example:
        >>> wrap_key_data(np.array([0, 3], np.uint32), impl="threefry2x32")
        array([0, 3], dtype=uint32)
    """
    check_key("wrap_key_data", data, stack=True)
    found = key_impl(data)
    if impl not in (None, found):
        raise TypeError(
            f"random.wrap_key_data: data is {dtype_of(data)}, a key of {found}; expected {impl!r}. "
            "Leave impl out to take it as it is."
        )
    return data


def clone(key: Any) -> Any:
    """A copy of a key, equal to it in every way, for a deliberate second use.

    Example:
        >>> clone(key(3))
        array([3, 0], dtype=uint64)
    """
    check_key("clone", key, stack=True)
    return key.copy()
