"""Random bits of one key or of a stack of keys, whichever generator the key belongs to.

A key is an array of two words; its dtype tells its generator: uint64 is Philox, uint32 Threefry.
Leading axes are stacks of keys, so that `vmap` over keys is one call.
"""

from typing import Any

from . import philox, threefry

__all__ = ["child_keys", "folded_key", "raw_bits"]


def _is_philox(key: Any) -> bool:
    return key.dtype.itemsize == 8


def raw_bits(xp: Any, key: Any, n: int, width: int) -> Any:
    """`n` unsigned integers of `width` bits (8, 16, 32, 64) per key, of shape (..., n)."""
    dtype = getattr(xp, f"uint{width}")
    if _is_philox(key):
        count = -(-n * width // 64)
        found = philox.words(xp, key, count)
        return xp.ascontiguousarray(found.view(dtype)[..., :n]) if width < 64 else found
    high, low = threefry.words(xp, key, n)
    if width == 64:
        return high.astype(xp.uint64) << 32 | low
    return (high ^ low).astype(dtype, copy=False)


def child_keys(xp: Any, key: Any, n: int) -> Any:
    """`n` keys split from each key, of shape (..., n, 2)."""
    if _is_philox(key):
        return philox.words(xp, key, 2 * n, philox.SPLIT).reshape((*key.shape[:-1], n, 2))
    return xp.stack(threefry.words(xp, key, n), axis=-1)


def folded_key(xp: Any, key: Any, data: Any, text: bool = False) -> Any:
    """Each key with one 64-bit integer folded in; `data` is uint64 of shape (...)."""
    if _is_philox(key):
        tag = philox.FOLD_STR if text else philox.FOLD_INT
        return philox.words(xp, key, 2, tag, data)
    if text:  # 32 bits at a time: JAX's fold_in takes no more
        return folded_key(xp, folded_key(xp, key, data >> 32), data)
    counter = (data & 0xFFFFFFFF).astype(xp.uint32)[..., None]
    pair = threefry.encrypt((key[..., :1], key[..., 1:]), (xp.zeros_like(counter), counter))
    return xp.concatenate(pair, axis=-1)
