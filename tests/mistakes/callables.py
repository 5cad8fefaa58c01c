"""Values where functions are expected, and functions that return what no transform can use."""

import numpy as np

import fzero
from fzero import random

from . import A, Case, no_return, x

square = lambda v: v * v
total = lambda v: (v * v).sum()

CASES: dict[str, Case] = {
    "value for a function of checkpoint": (
        lambda: fzero.checkpoint(x),
        TypeError,
        "checkpoint: the function is float64[3]; expected a callable. Write fzero.checkpoint(f)(x)",
        lambda: fzero.checkpoint(np.sin)(x),
    ),
    "value for a function of jvp": (
        lambda: fzero.jvp(x.sum(), (x,), (x,)),
        TypeError,
        "jvp: the function is float64[]; expected a callable. Write jvp(f, (x,), (t,))",
        lambda: fzero.jvp(np.sin, (x,), (x,)),
    ),
    "value for a function of vjp": (
        lambda: fzero.vjp(np.sin(x), x),
        TypeError,
        "vjp: the function is float64[3]; expected a callable. Write vjp(f, x)",
        lambda: fzero.vjp(np.sin, x)[0],
    ),
    "value for a function of linearize": (
        lambda: fzero.linearize(np.sin(x), x),
        TypeError,
        "linearize: the function is float64[3]; expected a callable. Write linearize(f, x)",
        lambda: fzero.linearize(np.sin, x)[0],
    ),
    "value for a function of linear_transpose": (
        lambda: fzero.linear_transpose(2 * x, x),
        TypeError,
        "linear_transpose: the function is float64[3]; expected a callable. Write linear_tr",
        lambda: fzero.linear_transpose(lambda v: 2 * v, x)(x),
    ),
    "value for a function of eval_shape": (
        lambda: fzero.eval_shape(np.sin(x), x),
        TypeError,
        "eval_shape: the function is float64[3]; expected a callable. Write eval_shape(f, x)",
        lambda: fzero.eval_shape(np.sin, x).shape,
    ),
    "value for a function of hessian": (
        lambda: fzero.hessian(total(x)),
        TypeError,
        "hessian: the function is float64[]; expected a callable. Write fzero.hessian(f)(x)",
        lambda: fzero.hessian(total)(x),
    ),
    "value for a function of jacobian": (
        lambda: fzero.jacobian(square(x)),
        TypeError,
        "jacobian: the function is float64[3]; expected a callable. Write fzero.jacobian(f)(x)",
        lambda: fzero.jacobian(square)(x),
    ),
    "value for a function with a rule": (
        lambda: fzero.custom_jvp(x),
        TypeError,
        "custom_jvp: the function is float64[3]; expected a callable. Write fzero.custom_jvp(f)",
        lambda: fzero.custom_jvp(square).fun(x),
    ),
    "value for a step of scan": (
        lambda: fzero.scan(0.0, np.add, x),
        TypeError,
        "scan: the function is float 0.0; expected a callable. Write scan(f, init, xs)",
        lambda: fzero.scan(lambda c, v: (c + v, c), 0.0, x),
    ),
    "value for a function of map": (
        lambda: fzero.map(x, square),
        TypeError,
        "map: the function is float64[3]; expected a callable. Write map(f, xs)",
        lambda: fzero.map(square, x),
    ),
    "value for the body of a loop": (
        lambda: fzero.fori_loop(0, 3, 1.0, lambda i, v: v),
        TypeError,
        "fori_loop: the function is float 1.0; expected a callable. Write fori_loop(lower, upper",
        lambda: fzero.fori_loop(0, 3, lambda i, v: v, 1.0),
    ),
    "value for a condition": (
        lambda: fzero.while_loop(True, square, 2.0),
        TypeError,
        "while_loop: the function is bool True; expected a callable. Write while_loop(cond_fun, b",
        lambda: fzero.while_loop(lambda v: v < 9, square, 2.0),
    ),
    "values for the branches of switch": (
        lambda: fzero.switch(0, [x, -x]),
        TypeError,
        "switch: the function is float64[3]; expected a callable. Write switch(index, [lambda: a,",
        lambda: fzero.switch(0, [lambda: x, lambda: -x]),
    ),
    "matrix for a product": (
        lambda: fzero.custom_linear_solve(np.eye(3), x, lambda f, b: b, symmetric=True),
        TypeError,
        "custom_linear_solve: the function is float64[3,3]; expected ... lambda x: A @ x",
        lambda: fzero.custom_linear_solve(
            lambda v: np.eye(3) @ v, x, lambda f, b: b, symmetric=True
        ),
    ),
    "float as index of a branch": (
        lambda: fzero.switch(1.5, [np.sin, np.cos], x),
        TypeError,
        "switch: index is float 1.5; expected one integer. Convert it with int()",
        lambda: fzero.switch(int(1.5), [np.sin, np.cos], x),
    ),
    "floats as indices of branches under vmap": (
        lambda: fzero.vmap(lambda i: fzero.switch(i, [np.sin, np.cos], 2.0))(np.ones(2)),
        TypeError,
        "switch: index is float64[]; expected one integer ... x.astype(int) inside a transform",
        lambda: fzero.vmap(lambda i: fzero.switch(i.astype(int), [np.sin, np.cos], 2.0))(
            np.ones(2)
        ),
    ),
    "array as index of a branch": (
        lambda: fzero.switch(np.array([0, 1]), [np.sin, np.cos], x),
        TypeError,
        "switch: index is int64[2]; expected one integer",
        lambda: fzero.vmap(lambda i: fzero.switch(i, [np.sin, np.cos], x))(np.array([0, 1])),
    ),
    "float as bound of a loop": (
        lambda: fzero.fori_loop(0, 2.5, lambda i, v: v + i, 0.0),
        TypeError,
        "fori_loop: upper is float 2.5; expected one integer. Convert it with int()",
        lambda: fzero.fori_loop(0, int(2.5), lambda i, v: v + i, 0.0),
    ),
    "carry that changes a shape within its tree": (
        lambda: fzero.scan(lambda c, v: ({"h": c["h"][:1]}, v), {"h": x}, x),
        ValueError,
        "scan: leaf ['h'] changed its shape from (3,) to (1,); expected one shape throughout",
        lambda: fzero.scan(lambda c, v: ({"h": c["h"] + v}, v), {"h": x}, x),
    ),
    "results of steps of unequal shapes": (
        lambda: fzero.scan(lambda c, v: (c + 1, np.ones(c)), 1, x),
        ValueError,
        "scan: leaf 0 of the results has shape (1,), and (2,) 1 steps later; expected one shape",
        lambda: fzero.scan(lambda c, v: (c + 1, np.ones(3)), 1, x),
    ),
    "nothing returned to jacrev": (
        lambda: fzero.jacrev(no_return)(x),
        TypeError,
        "jacrev: the function returned NoneType None; expected arrays of numbers. Return",
        lambda: fzero.jacrev(lambda v: v + 1)(x),
    ),
    "nothing returned to jacfwd": (
        lambda: fzero.jacfwd(no_return)(x),
        TypeError,
        "jacfwd: the function returned NoneType None; expected arrays of numbers. Return",
        lambda: fzero.jacfwd(lambda v: v + 1)(x),
    ),
    "text returned to jacrev": (
        lambda: fzero.jacrev(lambda v: (v, "loss"))(x),
        TypeError,
        "jacrev: the function returned float64[3], str 'loss'; expected ... has_aux=True",
        lambda: fzero.jacrev(lambda v: (v, 0.0), has_aux=True)(x),
    ),
    "out_axes beyond the result": (
        lambda: fzero.vmap(np.sin, out_axes=2)(A),
        ValueError,
        "vmap: out_axes is 2 for a result of shape (2, 3) ... expected -2 <= out_axes < 2. Use -1",
        lambda: fzero.vmap(np.sin, out_axes=-1)(A),
    ),
    "out_axes of another tree": (
        lambda: fzero.vmap(lambda v: (v, v), out_axes=(0, 0, 0))(x),
        ValueError,
        "vmap: out_axes is (0, 0, 0), which is no prefix of the structure (*, *); expected",
        lambda: fzero.vmap(lambda v: (v, v), out_axes=(0, 0))(x),
    ),
    "number of rows as a float": (
        lambda: fzero.vmap(lambda: 1.0, axis_size=2.0)(),  # type: ignore[arg-type]
        TypeError,
        "vmap: axis_size is 2.0; expected an integer. Convert it with int()",
        lambda: fzero.vmap(lambda: 1.0, axis_size=2)(),
    ),
    "legacy generator for a key": (
        lambda: random.normal(np.array([0, 1])),
        TypeError,
        "random.normal: key is int64 of shape (2,); expected a key array. Write random.key(0)",
        lambda: random.normal(random.key(0)),
    ),
}
