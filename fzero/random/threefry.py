"""Threefry2x32-20, the generator of JAX's default keys, in array operations.

Source: Salmon, Moraes, Dror, Shaw, SC 2011 (as Philox). Element i of a draw encrypts the counter
i, as JAX does since its `jax_threefry_partitionable` mode is the default, so the bits are JAX's.
"""

from typing import Any

__all__ = ["encrypt", "words"]

_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
_PARITY = 0x1BD11BDA
# Rounds run on pieces that stay in the cache: half the time at 10^6 words.
_CHUNK = 1 << 14


def encrypt(key: tuple[Any, Any], counter: tuple[Any, Any]) -> tuple[Any, Any]:
    """Threefry2x32-20 of `counter` under `key`.

    Args:
        key: two uint32 arrays of at least one dimension (scalars would warn of overflow).
        counter: two uint32 arrays that broadcast with the key's.

    Returns:
        Two uint32 arrays.
    """
    schedule = (*key, key[0] ^ key[1] ^ _PARITY)
    x, y = counter[0] + schedule[0], counter[1] + schedule[1]
    for group in range(1, 6):
        for rotation in _ROTATIONS[(group - 1) % 2]:
            x = x + y
            y = (y << rotation | y >> 32 - rotation) ^ x
        x = x + schedule[group % 3]
        y = y + schedule[(group + 1) % 3] + group
    return x, y


def words(xp: Any, key: Any, n: int) -> tuple[Any, Any]:
    """The first `n` pairs of words of each key: uint32 of shape (..., n), twice.

    Args:
        xp: the array library of `key`.
        key: uint32 of shape (..., 2).
    """
    high = xp.empty((*key.shape[:-1], n), xp.uint32)
    low = xp.empty_like(high)
    for start in range(0, n, _CHUNK):
        piece = slice(start, min(start + _CHUNK, n))
        index = xp.arange(piece.start, piece.stop, dtype=xp.uint64)
        counter = (index >> 32).astype(xp.uint32), (index & 0xFFFFFFFF).astype(xp.uint32)
        high[..., piece], low[..., piece] = encrypt((key[..., :1], key[..., 1:]), counter)
    return high, low
