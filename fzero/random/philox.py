"""Philox4x64-10, the default bit generator: NumPy's C code, a CUDA kernel, or array operations.

Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
A block of four words is a keyed permutation of a 256-bit counter, so that every word can be
computed on its own. The counter is (block, data, tag, 0): `tag` keeps draws, children of `split`
and children of `fold_in` apart, and `data` is what was folded in.
"""

import functools
import math
from typing import Any

__all__ = ["DRAW", "FOLD_INT", "FOLD_STR", "KERNEL", "SPLIT", "blocks", "words"]

DRAW, SPLIT, FOLD_INT, FOLD_STR = range(4)

_LOW = 0xFFFFFFFF
_M0, _M1 = 0xD2E7470EE14C6C93, 0xCA5A826395121157
_WEYL0, _WEYL1 = 0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B

#: One thread computes one block. It holds for any number of keys, each with its own `data`.
KERNEL = r"""
extern "C" __global__ void philox4x64(
    const unsigned long long* keys, const unsigned long long* data, unsigned long long tag,
    unsigned long long blocks, unsigned long long total, unsigned long long* out)
{
    unsigned long long i = (unsigned long long)blockDim.x * blockIdx.x + threadIdx.x;
    if (i >= total) return;
    unsigned long long row = i / blocks;
    unsigned long long c0 = i % blocks, c1 = data[row], c2 = tag, c3 = 0;
    unsigned long long k0 = keys[2 * row], k1 = keys[2 * row + 1];
    for (int round = 0; round < 10; ++round) {
        unsigned long long h0 = __umul64hi(0xD2E7470EE14C6C93ull, c0);
        unsigned long long h1 = __umul64hi(0xCA5A826395121157ull, c2);
        unsigned long long l0 = 0xD2E7470EE14C6C93ull * c0, l1 = 0xCA5A826395121157ull * c2;
        c0 = h1 ^ c1 ^ k0; c1 = l1; c2 = h0 ^ c3 ^ k1; c3 = l0;
        k0 += 0x9E3779B97F4A7C15ull; k1 += 0xBB67AE8584CAA73Bull;
    }
    out[4 * i] = c0; out[4 * i + 1] = c1; out[4 * i + 2] = c2; out[4 * i + 3] = c3;
}
"""
_THREADS = 256
# Starting NumPy's generator takes 8 us per key, array operations 200 us in all and 15 ns per word:
# many keys with few words each, as `vmap` brings them, are faster by arrays.
_MANY_KEYS, _FEW_BLOCKS = 32, 64


def _multiply(a: Any, m: int) -> tuple[Any, Any]:
    """The high and the low word of the 128-bit product `a * m`, from four 32-bit products."""
    a0, a1, m0, m1 = a & _LOW, a >> 32, m & _LOW, m >> 32
    low, cross = a0 * m0, a0 * m1
    middle = (low >> 32) + (cross & _LOW) + a1 * m0
    return a1 * m1 + (middle >> 32) + (cross >> 32), a * m


def blocks(counter: tuple[Any, ...], key: tuple[Any, ...]) -> tuple[Any, ...]:
    """Philox4x64-10 in array operations: the reference, and the way for many short streams.

    Args:
        counter: four uint64 arrays of at least one dimension (scalars would warn of overflow).
        key: two uint64 arrays; all six broadcast.

    Returns:
        Four uint64 arrays, the words of each block.
    """
    (c0, c1, c2, c3), (k0, k1) = counter, key
    for _ in range(10):
        high0, low0 = _multiply(c0, _M0)
        high1, low1 = _multiply(c2, _M1)
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0, k1 = k0 + _WEYL0, k1 + _WEYL1
    return c0, c1, c2, c3


def _by_arrays(xp: Any, keys: Any, data: Any, count: int, tag: int) -> Any:
    block = xp.arange(count, dtype=xp.uint64)[None, :]
    zero = xp.zeros_like(block)
    found = blocks((block, data[:, None], zero + tag, zero), (keys[:, :1], keys[:, 1:]))
    return xp.stack(xp.broadcast_arrays(*found), axis=-1).reshape(len(keys), 4 * count)


def _by_numpy(xp: Any, keys: Any, data: Any, count: int, tag: int) -> Any:
    rows = []
    for key, folded in zip(keys, data.tolist(), strict=True):
        # NumPy steps the counter before it uses it: start one below the first block.
        start = ((tag << 128) + (folded << 64) - 1) % (1 << 256)
        counter = xp.array([start >> s & 0xFFFFFFFFFFFFFFFF for s in (0, 64, 128, 192)], xp.uint64)
        rows.append(xp.random.Philox(key=key, counter=counter).random_raw(4 * count))
    return xp.stack(rows) if len(rows) > 1 else rows[0][None]


@functools.cache
def _compiled(raw_kernel: Any) -> Any:
    return raw_kernel(KERNEL, "philox4x64")


def _by_kernel(xp: Any, keys: Any, data: Any, count: int, tag: int) -> Any:
    total = len(keys) * count
    out = xp.empty((len(keys), 4 * count), xp.uint64)
    keys, data = xp.ascontiguousarray(keys), xp.ascontiguousarray(data)
    args = (keys, data, xp.uint64(tag), xp.uint64(count), xp.uint64(total), out)
    _compiled(xp.RawKernel)((-(-total // _THREADS),), (_THREADS,), args)
    return out


def _provider(xp: Any, rows: int, count: int) -> Any:
    """The fastest way to the same words."""
    if hasattr(xp, "RawKernel"):
        return _by_kernel
    numpy_has_it = hasattr(getattr(xp, "random", None), "Philox")
    if numpy_has_it and (rows < _MANY_KEYS or count > _FEW_BLOCKS):
        return _by_numpy
    return _by_arrays


def words(xp: Any, key: Any, n: int, tag: int = DRAW, data: Any = None) -> Any:
    """The first `n` words of the stream (tag, data) of each key.

    Args:
        xp: the array library of `key`.
        key: uint64 of shape (..., 2).
        data: uint64 of shape (...), what is folded in; zeros by default.

    Returns:
        uint64 of shape (..., n).
    """
    lead = key.shape[:-1]
    rows, count = math.prod(lead), -(-n // 4)
    keys = key.reshape(rows, 2)
    data = xp.zeros(rows, xp.uint64) if data is None else data.reshape(rows)
    if rows * count == 0:
        return xp.empty((*lead, n), xp.uint64)
    found = _provider(xp, rows, count)(xp, keys, data, count, tag)
    return found[:, :n].reshape((*lead, n))
