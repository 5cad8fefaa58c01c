"""The functions of `fzero_nn.functional` that `jax.nn` has."""

import numpy as np

from ..case import Table, positive, real, whole

TABLE = Table("nn")
each, add = TABLE.each, TABLE.add

ACTIVATIONS = (
    "celu elu gelu hard_sigmoid hard_silu hard_swish hard_tanh identity leaky_relu "
    "log_sigmoid mish relu relu6 selu sigmoid silu soft_sign softplus sparse_plus "
    "sparse_sigmoid squareplus swish tanh"
)
for shape in ((3, 4), (5,), ()):
    each(ACTIVATIONS, real(*shape, low=-8, high=8))
    each("log1mexp", positive(*shape))
AXES = [{"axis": -1}, {"axis": 0}, {"axis": (0, 1)}]
each("softmax log_softmax logsumexp logmeanexp standardize", real(3, 4), options=AXES)
each("softmax log_softmax standardize", real(3, 4))  # without axis: the last one, in JAX too
each("celu elu", real(3, 4), options=[{"alpha": 0.7}])
each("gelu", real(3, 4), options=[{"approximate": a} for a in (False, True)])
each("leaky_relu", real(3, 4), options=[{}])
each("squareplus", real(3, 4), options=[{"b": 2.0}])
each("glu", real(3, 4), options=[{}, {"axis": 1}])
each("glu", real(4, 3), options=[{"axis": 0}])
add("one_hot", lambda m, i: m.one_hot(i, 5, dtype=np.float64), whole(3, 4, low=0, high=5))
