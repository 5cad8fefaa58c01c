"""The names that the sweep leaves out, and why."""

import functools
import importlib
import inspect
from operator import attrgetter
from typing import Any

from .libraries import SPACES

LACKING = "JAX has no such name"
STATIC = "takes and gives shapes, not arrays"
IN_PLACE = "in place by default; tests/test_numpy_updates.py compares the other form"

#: Namespace -> reason -> names. Types and constants need none: they are not functions.
LEFT_OUT: dict[str, dict[str, str]] = {
    "numpy": {
        LACKING: "fix sliding_window_view",
        IN_PLACE: "fill_diagonal place put put_along_axis",
    },
    "lax": {
        STATIC: "conv_dimension_numbers padtype_to_pads",
        "needs a vmap with a name around it; tests/test_collectives.py, tests/test_vmap.py": (
            "all_gather axis_index axis_size pmax pmean pmin psum"
        ),
        "takes the user's own solver; tests/test_implicit.py": "custom_linear_solve custom_root",
    },
    "scipy.special": {LACKING: "erfcinv exprel log_expit psi sinc"},
    "scipy.stats": {
        LACKING: (
            "binom.cdf gennorm.sf laplace.sf laplace.ppf logistic.logcdf logistic.logsf "
            "multivariate_normal.entropy t.cdf t.sf t.logcdf t.logsf uniform.sf"
        ),
        "JAX has 7 digits of it; tests/scipy compare it with SciPy": (
            "betabinom.logpmf betabinom.pmf"
        ),
    },
    "scipy.linalg": {LACKING: "pinv"},
    "nn": {
        LACKING: (
            "adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d "
            "adaptive_max_pool2d adaptive_max_pool3d avg_pool1d avg_pool2d avg_pool3d "
            "batch_norm col2im conv1d conv2d conv3d conv_lstm conv_lstm_step conv_outsize "
            "conv_transpose1d conv_transpose2d conv_transpose3d deconv_outsize dropout embedding "
            "flatten global_avg_pool global_max_pool group_norm gru gru_step im2col instance_norm "
            "layer_norm length_mask linear lstm lstm_step max_pool1d max_pool2d max_pool3d "
            "power_iteration prelu rms_norm rnn rnn_step rotary sinusoidal_positions "
            "spatial_dropout spectral_norm weight_norm"
        ),
        "the order of axes is another; PyTorch's is compared": "dot_product_attention",
    },
}


def left_out(space: str) -> set[str]:
    """The names of a namespace that have no case."""
    return {name for names in LEFT_OUT.get(space, {}).values() for name in names.split()}


def _is_function(x: Any) -> bool:
    return callable(x) and not isinstance(x, type) and not inspect.ismodule(x)


@functools.cache
def functions(space: str) -> tuple[str, ...]:
    """The public functions of one of fzero's namespaces, those of its submodules with a dot."""
    module = importlib.import_module(SPACES[space][0])
    found = [n for n in module.__all__ if _is_function(getattr(module, n))]
    for name in module.__all__:
        inner = getattr(module, name)
        if inspect.ismodule(inner) and f"{space}.{name}" not in SPACES:
            own = [
                n for n, f in vars(inner).items() if getattr(f, "__module__", "") == inner.__name__
            ]
            found += [f"{name}.{n}" for n in own if not n.startswith("_")]
    return tuple(found)


def jax_has(space: str, name: str) -> bool:
    """Whether JAX has a name of ours."""
    try:
        attrgetter(name)(importlib.import_module(SPACES[space][1]))
    except AttributeError:
        return False
    return True
