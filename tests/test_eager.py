"""`jit` and `block_until_ready` change nothing, in every spelling."""

import pytest

import fzero


def test_jit_returns_the_function():
    f = lambda x: x
    assert fzero.jit(f) is f
    assert fzero.jit(static_argnums=(0,), donate_argnums=1, inline=True)(f) is f
    assert fzero.jit(f, static_argnames=["x"], donate_argnames="x", keep_unused=True) is f
    assert fzero.grad(fzero.jit(fzero.grad(fzero.jit(lambda x: x**3))))(2.0) == 12.0


def test_jit_refuses_a_value_and_unknown_options():
    with pytest.raises(TypeError, match="jit: fun is a float.*not fzero.jit"):
        fzero.jit(3.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="static_argnum"):
        fzero.jit(static_argnum=1)  # type: ignore[call-arg]


def test_block_until_ready_returns_its_argument():
    x = {"a": [1.0]}
    assert fzero.block_until_ready(x) is x
