"""Damaged checkpoints give the error, or the right arrays; and little memory is asked for."""

import io
import json
import random
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest

from fzero_nn import checkpoint
from tests.nn.test_checkpoint import assert_equal_trees

TREE = {
    "W": np.random.default_rng(0).normal(size=(12, 16)),
    "V": np.random.default_rng(1).normal(size=(12, 16)),
    "b": np.arange(5, dtype=np.float32),
    "step": 3,
}
OVERHEAD = 1 << 16  # what an archive of a few entries takes besides its arrays
DIRECTORY = struct.Struct("<4s6H3I5H2I")  # an entry of the directory of an archive


@pytest.fixture(scope="module", params=[False, True], ids=["stored", "deflated"])
def raw(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("damage") / "valid.npz"
    checkpoint.save(path, TREE, compress=request.param)
    return path.read_bytes()


def flip(rng, raw):
    """Turn one to three bits over."""
    changed = bytearray(raw)
    for _ in range(rng.randint(1, 3)):
        changed[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def flip_description(rng, raw):
    """Turn a bit over where it matters most: the directory, or the header of an entry."""
    places = [raw.rindex(b"PK\x05\x06") - 300 + i for i in range(322)]
    places += [i for start in starts(raw) for i in range(start, start + 160)]
    place = rng.choice([i for i in places if 0 <= i < len(raw)])
    return raw[:place] + bytes([raw[place] ^ 1 << rng.randrange(8)]) + raw[place + 1 :]


def starts(raw):
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return [info.header_offset for info in archive.infolist()]


def truncate(rng, raw):
    return raw[: rng.randrange(len(raw))]


def drop(rng, raw):
    start = rng.randrange(len(raw))
    return raw[:start] + raw[start + rng.randint(1, 99) :]


def overwrite(rng, raw):
    start, count = rng.randrange(len(raw)), rng.randint(1, 600)
    filling = rng.choice([bytes(count), b"\xff" * count, rng.randbytes(count)])
    return raw[:start] + filling[: len(raw) - start] + raw[start + count :]


def move(rng, raw):
    a, b, c = sorted(rng.randrange(len(raw)) for _ in range(3))
    return raw[:a] + raw[b:c] + raw[a:b] + raw[c:]


def append(rng, raw):
    return raw + rng.randbytes(rng.randint(1, 300))


def prepend(rng, raw):
    return rng.randbytes(rng.randint(1, 300)) + raw


def declare(rng, raw):
    """Other numbers in an entry of the directory: flags, method, CRC, sizes, lengths, offset."""
    place = raw.index(b"PK\x01\x02")
    for _ in range(rng.randrange(len(TREE))):
        place = raw.index(b"PK\x01\x02", place + 4)
    fields = list(DIRECTORY.unpack_from(raw, place))
    which = rng.randrange(1, len(fields))
    limit = 0xFFFF if which in (*range(1, 7), *range(10, 15)) else 0xFFFFFFFF
    fields[which] = rng.choice([0, 1, limit, limit - 1, limit >> 1, rng.randint(0, limit)])
    return raw[:place] + DIRECTORY.pack(*fields) + raw[place + DIRECTORY.size :]


def rebuild(change):
    """Change the entries, in a new archive whose checksums are right."""

    def variant(rng, raw):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            entries = [(i.filename, archive.read(i), i.compress_type) for i in archive.infolist()]
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, content, method in change(rng, entries):
                archive.writestr(zipfile.ZipInfo(name), content, method)
        return buffer.getvalue()

    variant.__name__ = change.__name__
    return variant


def npy(array, **header):
    """The bytes of a `.npy`, with other fields in its header."""
    buffer = io.BytesIO()
    fields = np.lib.format.header_data_from_array_1_0(array) | header
    np.lib.format.write_array_header_1_0(buffer, fields)
    return buffer.getvalue() + array.tobytes()


def replaced(rng, entries, content, method=None):
    i = rng.randrange(len(entries) - 1)
    name, _, old = entries[i]
    return entries[:i] + [(name, content, old if method is None else method)] + entries[i + 1 :]


@rebuild
def exchange(rng, entries):
    """The contents of W and V, alike in shape and dtype, in each other's place."""
    (v, in_v, how), (w, in_w, _), *rest = sorted(entries)
    return [*rest, (w, in_v, how), (v, in_w, how)]


@rebuild
def leave_out(rng, entries):
    dropped = rng.choice(entries)
    return [entry for entry in entries if entry is not dropped]


@rebuild
def add(rng, entries):
    name = rng.choice(["new.npy", "new", "../W.npy", "W.NPY", "W.npy/", "é.npy"])
    return [*entries, (name, npy(np.ones(2)), 0)]


@rebuild
def rename(rng, entries):
    i = rng.randrange(len(entries))
    return [(f"{n}x" if i == j else n, c, m) for j, (n, c, m) in enumerate(entries)]


@rebuild
def pickled(rng, entries):
    buffer = io.BytesIO()
    np.save(buffer, np.array([{}, None], object), allow_pickle=True)
    return replaced(rng, entries, buffer.getvalue())


@rebuild
def declare_shape(rng, entries):
    """A shape of more numbers than there are, up to absurd ones."""
    sizes = [0, 1, 7, 1 << 20, 1 << 31, 1 << 62, 1 << 70, -1]
    shape = tuple(rng.choice(sizes) for _ in range(rng.randint(0, 40)))
    dtype = rng.choice(["<f8", "|S9999999", "<U99999999", "|V8", "|O", "<M8[s]", "<f16"])
    return replaced(rng, entries, npy(np.ones(3), shape=shape, descr=dtype))


@rebuild
def bomb(rng, entries):
    return replaced(rng, entries, npy(np.zeros(1 << 17)), zipfile.ZIP_DEFLATED)


@rebuild
def long_header(rng, entries):
    magic = b"\x93NUMPY" + bytes([rng.randint(1, 3), 0])
    length = struct.pack("<I", rng.choice([0, 99, 1 << 31, (1 << 32) - 1]))
    return replaced(rng, entries, magic + length + b"(" * rng.randint(0, 5000))


@rebuild
def redescribe(rng, entries):
    """Other shapes, dtypes, entries and checksums in the structure."""
    name, content, method = entries[-1]
    array = np.lib.format.read_array(io.BytesIO(content))
    fields = json.loads(array.item())
    leaf, field = rng.choice(fields["leaves"]), rng.choice([0, 2, 3, 4])
    others = ["x", "<i4", [1 << 62], 7, None, -1, [[]], "|V9", {}, "<f8", [16, 12], [-1]]
    leaf[field] = rng.choice([x for x in others if x != leaf[field]])
    return [*entries[:-1], (name, npy(np.array(json.dumps(fields).encode())), method)]


@rebuild
def compress_structure(rng, entries):
    return [*entries[:-1], (*entries[-1][:2], zipfile.ZIP_DEFLATED)]


def twice(rng, raw):
    """An entry that comes twice, or another file's directory behind this one."""
    other = raw.replace(b"W.npy", b"V.npy")
    return rng.choice([other, raw + raw, raw + other, raw[:50] + raw])


ANYWHERE = [flip, flip, flip_description, truncate, drop, overwrite, move, append, prepend, declare]
REBUILT = [exchange, leave_out, add, rename, pickled, declare_shape, bomb, long_header]
REBUILT += [redescribe, compress_structure, twice]
#: What leaves nothing damaged: an archive may have bytes before and behind it.
HARMLESS = (append, prepend, twice)


def outcome(path, rng):
    """Whether the file loads, after a look at what it gives and takes."""
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    try:
        got = checkpoint.load(path, like=TREE if rng.random() < 0.5 else None)
    except ValueError as error:
        assert str(error).startswith("load: path is "), error
        got = None
    peak = tracemalloc.get_traced_memory()[1] - before
    if got is not None:
        assert_equal_trees(got, TREE)
    return got is not None, peak


@pytest.mark.parametrize("change", dict.fromkeys(ANYWHERE + REBUILT), ids=lambda f: f.__name__)
def test_damage_is_found(tmp_path, raw, change):
    rng, path = random.Random(change.__name__), tmp_path / "c.npz"
    count = 450 if change in ANYWHERE else 100
    valid = sum(a.nbytes for a in (TREE["W"], TREE["V"], TREE["b"]))
    loaded = 0
    tracemalloc.start()
    try:
        for _ in range(count):
            changed = change(rng, raw)
            path.write_bytes(changed)
            fine, peak = outcome(path, rng)
            assert peak <= 2 * max(valid, len(raw), len(changed)) + OVERHEAD
            loaded += fine
    finally:
        tracemalloc.stop()
    if change not in (flip_description, declare, *HARMLESS):
        assert loaded <= 0.3 * count


def test_the_valid_file_is_within_the_same_bound(tmp_path, raw):
    path = tmp_path / "c.npz"
    path.write_bytes(raw)
    tracemalloc.start()
    try:
        fine, peak = outcome(path, random.Random(0))
    finally:
        tracemalloc.stop()
    assert fine and peak <= 2 * len(raw) + OVERHEAD
