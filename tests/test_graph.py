"""Graphs of runs: what they list, that they leave the results alone, and their pictures."""

import shutil
import xml.etree.ElementTree as ElementTree
from collections import Counter

import numpy as np
import pytest

import fzero
from fzero import graph
from fzero.core import REGISTRY
from fzero.fused import FUSED, Fused, Kernel

PARAMS = {"W": np.ones((3, 4)), "b": np.zeros(4)}


def loss(params, x):
    h = np.tanh(x @ params["W"] + params["b"])
    return np.sum(h**2)


def replay(g, f_inputs, constants):
    """The outputs of a graph, computed from its listing by the primitives."""
    values = dict(zip(g.inputs, f_inputs, strict=True))
    for node in g.nodes:
        args = [constants[i] if isinstance(i, str) else values[i] for i in node.inputs]
        out = REGISTRY[node.op].call(*args, **node.params)
        values.update(zip(node.outputs, out if isinstance(out, tuple) else (out,), strict=True))
    return [values[i] for i in g.outputs]


def test_a_graph_lists_the_operations_in_order():
    g = graph.record(loss, PARAMS, np.ones((2, 3)))
    assert [node.op for node in g.nodes] == ["matmul", "add", "tanh", "power", "sum"]
    assert [g.values[i].name for i in g.inputs] == ["params/W", "params/b", "x"]
    assert [(g.values[i].shape, str(g.values[i].dtype)) for i in g.outputs] == [((), "float64")]
    assert str(g).splitlines()[4] == "         %3: float64[2,4] = power(%2, 2)"
    assert g.counts() == dict.fromkeys(["matmul", "add", "tanh", "power", "sum"], 1)


def test_a_graph_computes_what_the_function_computes():
    x, params = np.random.default_rng(0).normal(size=(2, 3)), {**PARAMS, "W": np.eye(3, 4)}
    g = graph.record(loss, params, x)
    (got,) = replay(g, [params["W"], params["b"], x], {"2": 2})
    np.testing.assert_array_equal(got, loss(params, x))


def test_what_reaches_no_output_is_left_out():
    def f(x, unused):
        np.exp(x)
        return np.sin(x)

    g = graph.record(f, 1.0, 2.0)
    assert g.counts() == {"sin": 1}
    assert len(g.inputs) == 2 and len(g.values) == 3


def test_the_graph_of_a_gradient_and_of_a_batch():
    names = Counter(graph.record(fzero.grad(loss), PARAMS, np.ones((2, 3))).counts())
    assert names["matmul"] == 2 and names["tanh"] == 1
    rows = graph.record(fzero.vmap(np.sin), np.ones((5, 2)))
    assert [rows.values[i].shape for i in rows.outputs] == [(5, 2)]


def test_nested_derivatives_of_tanh_grow():
    sizes, f = [], np.tanh
    for _ in range(4):
        sizes.append(len(graph.record(f, 1.0).nodes))
        f = fzero.grad(f)
    assert sizes[0] == 1 and sizes == sorted(set(sizes))


def test_recording_inside_of_a_transform_and_several_outputs():
    seen = []

    def f(x):
        seen.append(graph.record(lambda y: fzero.numpy.linalg.eigh(y)[1], np.eye(2) * x))
        return x * x

    assert fzero.grad(f)(3.0) == 6.0
    assert seen[0].counts()["eigh"] == 1


def test_a_fused_operation_is_one_node():
    kernel = Kernel(lambda needed, x: (x, None), lambda *a, **k: [None], lambda x: True)
    twice = Fused("twice", lambda x: x + x, {"numpy": kernel}, samples=lambda rng: [])
    del FUSED["twice"]
    assert graph.record(lambda x: twice(x), np.ones(2)).counts() == {"twice": 1}


def test_a_tracer_does_not_outlive_the_recording():
    kept = []
    graph.record(kept.append, 1.0)
    with pytest.raises(fzero.errors.LeakedTracerError, match="graph.record"):
        np.sin(kept[0])


def test_dot_names_every_box_and_escapes():
    text = graph.record(lambda p: np.sin(p['a"b']), {'a"b': 1.0}).to_dot()
    assert text.startswith("digraph g {") and text.rstrip().endswith("}")
    assert r"a\"b" in text and 'label="sin' in text
    assert "v0 -> n0;" in text
    assert "float64" not in graph.record(np.sin, 1.0).to_dot(verbose=False)


def test_svg_is_well_formed_and_shows_every_operation(tmp_path):
    g = graph.record(fzero.grad(loss), PARAMS, np.ones((2, 3)))
    g.save(tmp_path / "g.svg")
    root = ElementTree.parse(tmp_path / "g.svg").getroot()
    texts = [t.text for t in root.iter("{http://www.w3.org/2000/svg}text")]
    assert all(op in texts for op in g.counts())
    boxes = [t.attrib for t in root.iter("{http://www.w3.org/2000/svg}rect")]
    spans = [(float(b["y"]), float(b["x"]), float(b["x"]) + float(b["width"])) for b in boxes]
    for y, x0, x1 in spans:
        assert not any(
            y == v and x0 < w1 and w0 < x1 for v, w0, w1 in spans if (w0, w1) != (x0, x1)
        )


def test_pictures_by_endings(tmp_path, monkeypatch):
    g = graph.record(np.sin, 1.0)
    g.save(tmp_path / "g.dot")
    assert (tmp_path / "g.dot").read_text() == g.to_dot()
    with pytest.raises(ValueError, match="expected an ending among .svg"):
        g.save(tmp_path / "g.gif")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(FileNotFoundError, match="save as .svg"):
        g.save(tmp_path / "g.png")


@pytest.mark.skipif(shutil.which("dot") is None, reason="needs Graphviz")
def test_a_png_by_graphviz(tmp_path):
    graph.record(np.sin, 1.0).save(tmp_path / "a picture;.png")
    assert (tmp_path / "a picture;.png").read_bytes().startswith(b"\x89PNG")


def test_control_flow_takes_the_way_of_the_run():
    doubled = lambda x: fzero.while_loop(lambda c: c < 10, lambda c: c * 2, x)
    assert graph.record(doubled, 1.0).counts() == {"multiply": 4}
    chosen = lambda x: fzero.cond(x < 10, np.sin, np.cos, x)
    assert graph.record(chosen, 1.0).counts() == {"sin": 1}
    rows = graph.record(fzero.vmap(chosen), np.array([1.0, 20.0])).counts()
    assert rows["sin"] == rows["cos"] == 1
