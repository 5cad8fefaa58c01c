"""Keys and bits: published vectors, JAX's numbers, and three ways to the same Philox words."""

import ctypes
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from fzero import random
from fzero.random import generators, philox, threefry
from fzero.random.keys import name_hash

# Random123, D. E. Shaw Research: examples/kat_vectors, the lines "philox4x64 10" (counter, key,
# output) and "threefry2x32 20".
PHILOX = """
0000000000000000 0000000000000000 0000000000000000 0000000000000000
0000000000000000 0000000000000000
16554d9eca36314c db20fe9d672d0fdc d7e772cee186176b 7e68b68aec7ba23b
ffffffffffffffff ffffffffffffffff ffffffffffffffff ffffffffffffffff
ffffffffffffffff ffffffffffffffff
87b092c3013fe90b 438c3c67be8d0224 9cc7d7c69cd777b6 a09caebf594f0ba0
243f6a8885a308d3 13198a2e03707344 a4093822299f31d0 082efa98ec4e6c89
452821e638d01377 be5466cf34e90c6c
a528f45403e61d95 38c72dbd566e9788 a5a1610e72fd18b5 57bd43b5e52b7fe6
"""
THREEFRY = """
00000000 00000000 00000000 00000000 6b200159 99ba4efe
ffffffff ffffffff ffffffff ffffffff 1cb996fc bb002be7
243f6a88 85a308d3 13198a2e 03707344 c4923a9c 483df7a0
"""
JAX = random.key(42, impl="threefry2x32")


def arrays(*values):
    return tuple(np.array([v], np.uint64) for v in values)


def words_of(text, dtype, per_case):
    found = [np.array([int(word, 16)], dtype) for word in text.split()]
    return [found[i : i + per_case] for i in range(0, len(found), per_case)]


@pytest.mark.parametrize("case", words_of(PHILOX, np.uint64, 10))
def test_philox_published_vectors(case):
    assert philox.blocks(tuple(case[:4]), tuple(case[4:6])) == tuple(case[6:])


@pytest.mark.parametrize("case", words_of(THREEFRY, np.uint32, 6))
def test_threefry_published_vectors(case):
    counter, key, expected = map(tuple, (case[:2], case[2:4], case[4:]))
    assert threefry.encrypt(key, counter) == expected


def test_the_first_words_of_key_zero_are_the_published_block():
    first = random.bits(random.key(0), (4,))
    assert [hex(w) for w in first.tolist()] == ["0x" + w for w in PHILOX.split()[6:10]]


def ways_to_words(keys, data, count, tag):
    args = (np, keys, data, count, tag)
    return philox._by_numpy(*args), philox._by_arrays(*args)


@pytest.mark.parametrize("tag", [philox.DRAW, philox.SPLIT, philox.FOLD_INT, philox.FOLD_STR])
@pytest.mark.parametrize("data", [0, 1, 2**64 - 1])
def test_numpy_and_array_operations_give_the_same_philox_words(tag, data):
    keys = np.random.default_rng(0).integers(0, 2**64, (5, 2), np.uint64)
    by_numpy, by_arrays = ways_to_words(keys, np.full(5, data, np.uint64), 7, tag)
    assert by_numpy.shape == (5, 28)
    assert np.array_equal(by_numpy, by_arrays)


HARNESS = """
#define __global__
struct dim { unsigned long long x; };
static struct dim blockDim, blockIdx, threadIdx;
static unsigned long long __umul64hi(unsigned long long a, unsigned long long b)
{ return (unsigned long long)(((unsigned __int128)a * b) >> 64); }
"""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """The CUDA kernel compiled for the CPU, as CuPy's RawKernel would launch it."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("needs a C compiler")
    folder: Path = tmp_path_factory.mktemp("kernel")
    body = philox.KERNEL.replace('extern "C"', "")
    setter = "void place(int n, int b, int t) { blockDim.x = n; blockIdx.x = b; threadIdx.x = t; }"
    (folder / "philox.c").write_text(HARNESS + body + setter)
    library = folder / "philox.so"
    command = [compiler, "-O1", "-shared", "-fPIC", "-o", library, folder / "philox.c"]
    subprocess.run(list(map(str, command)), check=True)
    return ctypes.CDLL(str(library))


def launcher(library):
    def raw_kernel(source, name):
        function = getattr(library, name)

        def launch(grid, block, args):
            values = [
                ctypes.c_void_p(a.ctypes.data) if a.ndim else ctypes.c_uint64(int(a)) for a in args
            ]
            for b in range(grid[0]):
                for t in range(block[0]):
                    library.place(block[0], b, t)
                    function(*values)

        return launch

    return raw_kernel


def test_the_cuda_kernel_gives_the_same_philox_words(kernel):
    names = ("empty", "zeros", "uint64", "ascontiguousarray", "arange")
    xp = SimpleNamespace(**{n: getattr(np, n) for n in names}, RawKernel=launcher(kernel))
    keys = np.random.default_rng(1).integers(0, 2**64, (3, 2), np.uint64)
    data = np.array([0, 5, 2**63], np.uint64)
    for n, tag in ((1, philox.DRAW), (402, philox.FOLD_INT)):
        expected = philox.words(np, keys, n, tag, data)
        assert np.array_equal(philox.words(xp, keys, n, tag, data), expected)


# Numbers of jax 0.10.2 for jax.random.PRNGKey(42), jax_threefry_partitionable (the default).
@pytest.mark.parametrize(
    "dtype, expected",
    [
        ("uint8", [162, 217, 249, 215]),
        ("uint16", [5026, 12505, 63993, 49623]),
        ("uint32", [2098992034, 2919706841, 2646866425, 2409546199]),
        ("uint64", [7871734211187709741, 276886910877598708, 10591095138341673235]),
    ],
)
def test_threefry_bits_are_those_of_jax(dtype, expected):
    found = random.bits(JAX, (len(expected),), dtype)
    assert found.dtype == dtype
    assert found.tolist() == expected


def test_threefry_keys_are_those_of_jax():
    children = [[1832780943, 270669613], [64467757, 2916123636], [2465931498, 255383827]]
    assert random.split(JAX, 3).tolist() == children
    assert random.fold_in(JAX, 7).tolist() == [2547012911, 1371500959]
    assert random.fold_in(JAX, 2**32 - 1).tolist() == [2398536845, 3890976714]
    assert random.key(2**40 + 3, impl="threefry2x32").tolist() == [256, 3]
    assert random.key(2**31 - 1, impl="threefry2x32").tolist() == [0, 2147483647]


def test_seeds_of_philox_fill_the_key():
    assert random.key(5).tolist() == [5, 0]
    assert random.key(2**64 + 3).tolist() == [3, 1]
    assert random.key(np.int32(5)).tolist() == random.PRNGKey(5).tolist()


@pytest.mark.parametrize("impl", ["philox", "threefry2x32"])
def test_the_first_children_do_not_depend_on_their_number(impl):
    key = random.key(3, impl)
    many = random.split(key, 7)
    assert many.dtype == key.dtype
    assert np.array_equal(random.split(key), many[:2])
    assert random.split(key, (2, 3)).shape == (2, 3, 2)
    assert np.array_equal(random.split(key, (2, 3)).reshape(6, 2), many[:6])


@pytest.mark.parametrize("impl", ["philox", "threefry2x32"])
def test_fold_in_tells_everything_apart(impl):
    key = random.key(0, impl)
    data = [0, 1, 2, "0", "1", "", "encoder", "decoder", 2**31, -1]
    keys = [key, *random.split(key, 4)] if impl == "philox" else [key]
    keys += [random.fold_in(key, d) for d in data]
    assert len({tuple(k.tolist()) for k in keys}) == len(keys)
    assert np.array_equal(random.fold_in(key, np.int32(2)), random.fold_in(key, 2))
    assert np.array_equal(random.fold_in(key, -1), random.fold_in(key, np.array(-1)))


@pytest.mark.parametrize(
    "text, expected",  # the vectors of the FNV draft, appendix C
    [("", 0xCBF29CE484222325), ("a", 0xAF63DC4C8601EC8C), ("foobar", 0x85944171F73967E8)],
)
def test_names_are_hashed_by_the_published_function(text, expected):
    assert name_hash(text) == expected
    first, second = (w[0] for w in philox.blocks(arrays(0, expected, 3, 0), arrays(9, 0))[:2])
    assert random.fold_in(random.key(9), text).tolist() == [first, second]


@pytest.mark.parametrize("impl", ["philox", "threefry2x32"])
def test_streams_of_related_keys_are_uncorrelated(impl):
    root = random.key(0, impl)
    related = [root, random.key(1, impl), *random.split(root, 3), random.fold_in(root, 0)]
    related += [random.fold_in(root, 5), random.fold_in(root, "5")]
    if impl == "threefry2x32":  # JAX's fold_in(key, i) is its child i
        del related[5]
    n = 20_000
    streams = np.stack([random.uniform(k, (n,)) for k in related])
    off_diagonal = np.corrcoef(streams) - np.eye(len(related))
    assert np.abs(off_diagonal).max() < 4.5 / np.sqrt(n)
    bits = np.unpackbits(random.bits(root, (n,), "uint8")).mean()
    assert abs(bits - 0.5) < 4.5 * 0.5 / np.sqrt(8 * n)


@pytest.mark.parametrize("impl", ["philox", "threefry2x32"])
@pytest.mark.parametrize("width", [8, 16, 32, 64])
def test_stacks_of_keys_give_what_their_keys_give(impl, width):
    keys = random.split(random.key(9, impl), 40)  # enough for the way by array operations
    stacked = generators.raw_bits(np, keys, 5, width)
    assert stacked.dtype == f"uint{width}"
    for key, row in zip(keys, stacked, strict=True):
        assert np.array_equal(generators.raw_bits(np, key, 5, width), row)


def test_the_same_key_gives_the_same_bits_and_keeps_its_value():
    key = random.key(1)
    first = random.bits(key, (3, 5), "uint32")
    assert np.array_equal(first, random.bits(random.clone(key), (3, 5), "uint32"))
    assert key.tolist() == [1, 0]
    assert random.bits(key, (0, 3)).shape == (0, 3)
    assert random.bits(key).shape == ()


def test_key_data_round_trip():
    for impl in ("philox", "threefry2x32"):
        key = random.key(7, impl)
        again = random.wrap_key_data(random.key_data(key), impl=impl)
        assert np.array_equal(again, key)
        assert random.key_impl(random.split(again)) == impl


N = random.normal
ERRORS = [
    (lambda: N(0), TypeError, r"random.normal: key is int 0; .* Write random.key\(0\)"),
    (lambda: N(np.zeros(2)), TypeError, r"key is float64 of shape \(2,\)"),
    (lambda: N(np.zeros(3, np.uint64)), ValueError, r"key has shape \(3,\); expected \(2,\)"),
    (lambda: N(random.split(JAX)), ValueError, r"a stack of keys .* fzero.vmap"),
    (lambda: N(JAX, -1), ValueError, r"shape is -1; expected sizes of at least 0"),
    (lambda: N(JAX, (2, -3)), ValueError, r"shape is \(2, -3\)"),
    (lambda: N(JAX, 2.5), TypeError, r"shape is 2.5; expected an int or a tuple"),
    (lambda: N(JAX, (), int), TypeError, r"dtype is int64; expected float64"),
    (lambda: random.key(-1), ValueError, r"seed is -1; .*\(seed % 2\*\*128\)"),
    (lambda: random.key(0.5), TypeError, r"seed is float 0.5; expected an integer"),
    (lambda: random.key(0, "mt19937"), ValueError, r"impl is 'mt19937'; expected one of 'philox'"),
    (lambda: random.key(2**64, "threefry2x32"), ValueError, r"expected 0 <= seed < 2\*\*64"),
    (lambda: random.split(JAX, -1), ValueError, r"random.split: num is -1"),
    (lambda: random.fold_in(JAX, 0.5), TypeError, r"data is float 0.5; expected one integer"),
    (lambda: random.fold_in(JAX, np.arange(3)), TypeError, r"fzero.vmap\(random.fold_in"),
    (lambda: random.fold_in(JAX, 2**64), ValueError, r"str\(data\)"),
    (lambda: random.bits(JAX, (), "int32"), TypeError, r"dtype is int32; .* random.randint"),
    (lambda: random.wrap_key_data(JAX, "philox"), TypeError, r"a key of threefry2x32; expected"),
    (lambda: random.bernoulli(JAX, 1.5), ValueError, r"p is 1.5; expected 0 <= p <= 1"),
    (lambda: random.bernoulli(JAX, [0.5, -1]), ValueError, r"p is -1.0 to 0.5"),
    (lambda: random.randint(JAX, (), 3, 3), ValueError, r"minval is 3 and maxval is 3"),
    (lambda: random.randint(JAX, (), 0, 300, "uint8"), ValueError, r"0 to 256.*wider dtype"),
    (lambda: random.randint(JAX, (), 0.0, 3), TypeError, r"minval is float64; .* random.uniform"),
    (lambda: random.gamma(JAX, -1.0), ValueError, r"a is as low as -1.0; expected a > 0"),
    (lambda: random.poisson(JAX, -1.0), ValueError, r"lam is as low as -1.0"),
    (lambda: random.uniform(JAX, (2,), maxval=np.ones(3)), ValueError, r"parameters have shape"),
    (lambda: random.choice(JAX, 3, (4,), replace=False), ValueError, r"4 draws .* from 3"),
    (lambda: random.choice(JAX, 3, p=[0.5, 0.5]), ValueError, r"p has shape \(2,\); expected \(3,"),
    (lambda: random.choice(JAX, 0), ValueError, r"a is empty"),
    (lambda: random.permutation(JAX, 2.0), TypeError, r"x is one float64; expected an int"),
    (lambda: random.categorical(JAX, np.zeros((2, 3)), shape=(3,)), ValueError, r"ends in \(2,\)"),
    (lambda: random.dirichlet(JAX, 1.0), ValueError, r"alpha is one number"),
]


@pytest.mark.parametrize("call, kind, message", ERRORS)
def test_errors_say_what_was_got_and_the_way_out(call, kind, message):
    with pytest.raises(kind, match=message):
        call()
