"""Mistakes with control flow, stated derivatives and keys."""

from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp
from fzero import random

from . import A, Case, grad_sum, key, no_return, x


def custom(fwd: Any = lambda v: (v * 2, None), bwd: Any = lambda res, g: (2 * g,)) -> Any:
    """A function with a rule of its own; without one where `fwd` is None."""
    f = fzero.custom_vjp(lambda v: v * 2)
    if fwd is not None:
        f.defvjp(fwd, bwd)
    return f


grow = lambda v: fnp.concatenate([v, v])

CASES: dict[str, Case] = {
    "values for branches": (
        lambda: fzero.cond(True, x, -x),
        TypeError,
        "cond: a branch is float64[3]; expected functions ... cond(pred, lambda: a, lambda: b)",
        lambda: fzero.cond(True, lambda: x, lambda: -x),
    ),
    "array as predicate": (
        lambda: fzero.cond(x > 2, np.sin, np.cos, x),
        TypeError,
        "cond: pred is bool[3]; expected one boolean. Use .any() or .all()",
        lambda: fzero.cond((x > 2).any(), np.sin, np.cos, x),
    ),
    "array as predicate of rows": (
        lambda: fzero.vmap(lambda v: fzero.cond(v > 2, np.sin, np.cos, v))(A),
        TypeError,
        "cond: pred is bool[3]; expected one boolean ... fzero.numpy.where",
        lambda: fzero.vmap(lambda v: fnp.where(v > 2, np.sin(v), np.cos(v)))(A),
    ),
    "predicate without return": (
        lambda: fzero.while_loop(no_return, lambda v: v * 2, 1.0),
        TypeError,
        "while_loop: pred is NoneType None; expected one boolean",
        lambda: fzero.while_loop(lambda v: v < 9, lambda v: v * 2, 1.0),
    ),
    "array as condition of a loop": (
        lambda: fzero.while_loop(lambda v: v < 9, lambda v: v * 2, x),
        TypeError,
        "while_loop: pred is bool[3]; expected one boolean. Use .any() or .all()",
        lambda: fzero.while_loop(lambda v: (v < 9).any(), lambda v: v * 2, x),
    ),
    "loop that grows": (
        lambda: fzero.while_loop(lambda v: v.sum() < 9, grow, x),
        ValueError,
        "while_loop: leaf 0 changed its shape from (3,) to (6,); expected one shape throughout",
        lambda: fzero.while_loop(lambda v: v.sum() < 9, lambda v: v * 2, x),
    ),
    "branches of unlike results": (
        lambda: fzero.vmap(lambda v: fzero.cond(v > 1, lambda: (v,), lambda: v))(x),
        ValueError,
        "cond: the result of branch 1 has the structure (*,); expected *. Return the same cont",
        lambda: fzero.vmap(lambda v: fzero.cond(v > 1, lambda: (v,), lambda: (v,)))(x),
    ),
    "index of no branch": (
        lambda: fzero.switch(5, [np.sin, np.cos], x),
        IndexError,
        "switch: index is 5; expected -2 <= index < 2, one of the branches. Clip it",
        lambda: fzero.switch(int(fnp.clip(5, 0, 1)), [np.sin, np.cos], x),
    ),
    "scan without a pair": (
        lambda: fzero.scan(np.add, 0.0, x),
        TypeError,
        "scan: the function returned float64; expected a pair (carry, y). Return (carry, None)",
        lambda: fzero.scan(lambda c, v: (c + v, None), 0.0, x),
    ),
    "scan whose carry changes its tree": (
        lambda: fzero.scan(lambda c, v: ((c, v), v), 0.0, x),
        ValueError,
        "scan: the new value has the structure (*, *); expected *. Return the same containers",
        lambda: fzero.scan(lambda c, v: ((c[0], v), v), (0.0, 0.0), x),
    ),
    "scan whose carry changes its shape": (
        lambda: fzero.scan(lambda c, v: (c + v, None), 0.0, A),
        ValueError,
        "scan: leaf 0 changed its shape from () to (3,); expected one shape ... final shape",
        lambda: fzero.scan(lambda c, v: (c + v, None), np.zeros(3), A),
    ),
    "scan over unequal lengths": (
        lambda: fzero.scan(lambda c, v: (c, None), 0.0, (x, A)),
        ValueError,
        "scan: the lengths are [2, 3]; expected one number of steps ... equal first axes",
        lambda: fzero.scan(lambda c, v: (c, None), 0.0, (x[:2], A)),
    ),
    "custom_vjp without a rule": (
        lambda: custom(None)(1.0),
        AttributeError,
        "custom_vjp: <lambda> has no rule; expected one before the first call ... defvjp(fwd, bwd)",
        lambda: custom()(1.0),
    ),
    "custom_vjp whose rule returns no tuple": (
        lambda: fzero.grad(custom(bwd=lambda res, g: 2 * g))(1.0),
        TypeError,
        "custom_vjp: the backward rule of <lambda> returned ... expected a tuple of 1 cotangents",
        lambda: fzero.grad(custom())(1.0),
    ),
    "custom_vjp whose rule returns another shape": (
        lambda: grad_sum(custom(bwd=lambda res, g: (2 * g[:2],))),
        ValueError,
        "custom_vjp: the backward rule of <lambda> returned shape (2,) ... expected (3,)",
        lambda: grad_sum(custom()),
    ),
    "custom_vjp without residuals": (
        lambda: fzero.grad(custom(fwd=lambda v: v * 2))(1.0),
        TypeError,
        "custom_vjp: the forward rule of <lambda> returned ... expected a pair ... (out, None)",
        lambda: fzero.grad(custom(fwd=lambda v: (v * 2, None)))(1.0),
    ),
    "random numbers from a seed": (
        lambda: random.normal(0, (3,)),
        TypeError,
        "random.normal: key is int 0; expected a key array. Write random.key(0)",
        lambda: random.normal(random.key(0), (3,)),
    ),
    "key of another shape": (
        lambda: random.normal(np.zeros(3, np.uint64)),
        ValueError,
        "random.normal: key has shape (3,); expected (2,). Write random.key(0)",
        lambda: random.normal(random.key(0)),
    ),
    "many keys for one": (
        lambda: random.normal(random.split(key, 3)),
        ValueError,
        "random.normal: key is a stack of keys ... (3, 2); expected one key ... fzero.vmap over",
        lambda: fzero.vmap(random.normal)(random.split(key, 3)),
    ),
    "a generator of NumPy for a key": (
        lambda: random.uniform(np.random.default_rng(0)),
        TypeError,
        "random.uniform: key is Generator ... expected a key array. Write random.key(0)",
        lambda: random.uniform(random.key(0)),
    ),
}
