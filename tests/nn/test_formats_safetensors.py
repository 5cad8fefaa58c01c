"""The safetensors format, beside the package of that name and by hand."""

import json

import numpy as np
import pytest

from fzero_nn.formats import load_safetensors, save_safetensors

DTYPES = ["?", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8", "c8"]
ARRAYS = {f"x.{code}": np.arange(6).reshape(2, 3).astype(code) for code in DTYPES}
ARRAYS |= {"scalar": np.array(2.5), "empty": np.ones((0, 3), np.float32), "é": np.ones(1, "f4")}


def assert_same(got, wanted):
    assert sorted(got) == sorted(wanted)
    for name, array in wanted.items():
        assert (got[name].dtype, got[name].shape) == (array.dtype, array.shape)
        np.testing.assert_array_equal(got[name], array)


def write(path, header, content=b""):
    """A file with this header: a dictionary, or its bytes."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + content)
    return path


def test_a_round_trip(tmp_path):
    save_safetensors(tmp_path / "m.safetensors", ARRAYS, {"made": "by hand"})
    got = load_safetensors(tmp_path / "m.safetensors")
    assert_same(got, ARRAYS)
    assert list(got) == sorted(ARRAYS)
    with pytest.raises(ValueError, match="read-only"):
        got["x.f4"][0] = 0


def test_the_package_reads_what_is_written(tmp_path):
    peer = pytest.importorskip("safetensors.numpy")
    save_safetensors(tmp_path / "m.safetensors", ARRAYS, {"made": "here"})
    assert_same(peer.load_file(tmp_path / "m.safetensors"), ARRAYS)
    with pytest.importorskip("safetensors").safe_open(tmp_path / "m.safetensors", "np") as file:
        assert file.metadata() == {"made": "here"}


def test_what_the_package_writes_is_read(tmp_path):
    peer = pytest.importorskip("safetensors.numpy")
    peer.save_file(ARRAYS, tmp_path / "m.safetensors", {"made": "there"})
    assert_same(load_safetensors(tmp_path / "m.safetensors"), ARRAYS)


def test_bfloat16_becomes_float32(tmp_path):
    torch = pytest.importorskip("torch")
    peer = pytest.importorskip("safetensors.torch")
    x = torch.tensor([[1.5, -2.0, 3e38], [float("inf"), 1e-40, 0.1]]).bfloat16()
    peer.save_file({"x": x, "scalar": x[0, 0].clone()}, tmp_path / "m.safetensors")
    got = load_safetensors(tmp_path / "m.safetensors")
    assert_same(got, {"x": x.float().numpy(), "scalar": x[0, 0].float().numpy()})


def test_trees_layouts_and_byte_orders(tmp_path):
    tree = [
        {"W": np.arange(6.0).reshape(2, 3).T, "b": np.arange(3, dtype=">i4")},
        np.arange(6)[::2],
    ]
    save_safetensors(tmp_path / "m.safetensors", tree)
    wanted = {"0/W": tree[0]["W"], "0/b": np.arange(3, dtype="i4"), "1": np.array([0, 2, 4])}
    assert_same(load_safetensors(tmp_path / "m.safetensors"), wanted)


def test_arrays_are_aligned_in_the_file(tmp_path):
    save_safetensors(tmp_path / "m.safetensors", {"a": np.ones(3, "i1"), "b": np.ones(3, "f8")})
    raw = (tmp_path / "m.safetensors").read_bytes()
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + size])
    assert size % 8 == 0 and header["b"]["data_offsets"] == [0, 24]


def test_what_the_format_lacks_is_refused(tmp_path):
    tree = {"a": np.ones(2, complex), "b": np.array(["x"]), "c": np.ones(2)}
    with pytest.raises(TypeError, match=r"tree is with a \(complex128\), b \(<U1\); expected"):
        save_safetensors(tmp_path / "m.safetensors", tree)
    with pytest.raises(ValueError, match="name __metadata__; expected other names"):
        save_safetensors(tmp_path / "m.safetensors", {"__metadata__": np.ones(2)})
    assert list(tmp_path.iterdir()) == []


def entry(dtype="F4", shape=(2,), offsets=(0, 8), **fields):
    return {"dtype": dtype.replace("F4", "F32"), "shape": shape, "data_offsets": offsets} | fields


@pytest.mark.parametrize(
    ("header", "content", "why"),
    [
        ({"a": entry()}, bytes(7), "reach beyond the file"),
        ({"a": entry()}, bytes(9), "leave gaps"),
        ({"a": entry(), "b": entry(offsets=(4, 12))}, bytes(12), "overlap"),
        ({"a": entry(), "b": entry(offsets=(9, 17))}, bytes(17), "leave gaps"),
        ({"a": entry(offsets=(8, 0))}, bytes(8), "not of the size of its shape"),
        ({"a": entry(shape=(3,))}, bytes(8), r"not of the size of its shape \(3,\)"),
        ({"a": entry(shape=(1 << 62, 1 << 62))}, bytes(8), "not of the size"),
        ({"a": entry(shape=(-1, -2))}, bytes(8), "no sizes"),
        ({"a": entry(shape=(2.0,))}, bytes(8), "no sizes"),
        ({"a": entry(shape=(True, 2))}, bytes(8), "no sizes"),
        ({"a": entry(offsets=(-8, 0))}, bytes(8), "no sizes"),
        ({"a": entry(offsets=(0, 8, 9))}, bytes(8), "ValueError"),
        ({"a": entry(dtype="F8_E4M3")}, bytes(8), "has dtype F8_E4M3"),
        ({"a": entry() | {"dtype": ["F32"]}}, bytes(8), "has dtype"),
        ({"a": {"dtype": "F32"}}, bytes(8), "entry 'a' does not state its data_offsets"),
        ({"a": 3}, bytes(8), "entry 'a' does not state its data_offsets"),
        ([1, 2], b"", "its header is no dictionary"),
        (b'{"a":1,"a":1}', b"", "a name comes twice"),
        (b"{", b"", "JSONDecodeError"),
        (b"[" * 100_000, b"", "RecursionError"),
        (b"\xff\xfe", b"", "Error"),
    ],
)
def test_headers_that_do_not_describe_the_file(tmp_path, header, content, why):
    path = write(tmp_path / "m.safetensors", header, content)
    with pytest.raises(ValueError, match=f"load_safetensors: path is .*cannot be read.*{why}"):
        load_safetensors(path)


@pytest.mark.parametrize("raw", [b"", b"1234567", b"\xff" * 8, (99).to_bytes(8, "little") + b"{}"])
def test_sizes_of_the_header(tmp_path, raw):
    (tmp_path / "m.safetensors").write_bytes(raw)
    with pytest.raises(ValueError, match=r"a header of \d+ bytes does not fit in a file of"):
        load_safetensors(tmp_path / "m.safetensors")


def test_leaves_of_one_path_are_no_two_names(tmp_path):
    """A file with a mark in a name would load into no other program's model."""
    tree = {"a/b": np.ones(1), "a": {"b": np.zeros(1)}}
    with pytest.raises(ValueError, match=r"save_safetensors: tree is with the paths \['a/b'\]"):
        save_safetensors(tmp_path / "m.safetensors", tree)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("metadata", [{"epoch": 3}, {3: "epoch"}, {"more": None}])
def test_metadata_that_are_no_texts(tmp_path, metadata):
    """The format allows texts alone, and the package then reads nothing of the file."""
    with pytest.raises(TypeError, match="save_safetensors: metadata is with .*Convert"):
        save_safetensors(tmp_path / "m.safetensors", {"x": np.ones(1)}, metadata)


def test_an_entry_may_state_more(tmp_path):
    """Only what the format knows is read, as the package does."""
    header = {"a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4], "name": "b"}}
    path = write(tmp_path / "m.safetensors", header, b"0000")
    assert load_safetensors(path)["a"].tolist() == [48] * 4
    peer = pytest.importorskip("safetensors.numpy")
    assert peer.load_file(path)["a"].tolist() == [48] * 4
