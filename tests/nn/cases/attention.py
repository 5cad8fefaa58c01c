"""Attention of one and of several heads, with biases, masks and shared keys."""

import numpy as np

from fzero_nn import MultiHeadAttention
from fzero_nn import functional as F
from tests.nn.cases import FunctionCase, LayerCase, draw

X, CONTEXT = draw(2, 3, 4), draw(2, 5, 6, seed=1)
MASK = np.array([[1, 0, 1], [0, 1, 1], [1, 1, 1]], bool)
Q, K, V = draw(2, 3, 4, 2), draw(2, 5, 4, 2, seed=1), draw(2, 5, 4, 3, seed=2)
BIAS = draw(4, 3, 5, seed=3)


def _torch_attention(torch, q, k, v, **options):
    """PyTorch has the heads before the time."""
    q, k, v = (x.transpose(-3, -2) for x in (q, k, v))
    y = torch.nn.functional.scaled_dot_product_attention(q, k, v, **options)
    return y.transpose(-3, -2)


def _multi_head(causal=False, context=None, mask=None):
    def peer(torch, params, state, x, train):
        c = x if context is None else torch.tensor(context)
        maps = {n: lambda x, p=p: x @ p["W"] + p.get("b", 0) for n, p in params.items()}
        heads = lambda x: x.unflatten(-1, (2, -1))
        q, k, v = heads(maps["query"](x)), heads(maps["key"](c)), heads(maps["value"](c))
        allowed = None if mask is None else torch.tensor(mask)
        y = _torch_attention(torch, q, k, v, is_causal=causal, attn_mask=allowed)
        return maps["out"](y.flatten(-2))

    return peer


LAYERS = [
    LayerCase("attention", MultiHeadAttention(4, 6, 2), X, peer=_multi_head()),
    LayerCase(
        "attention, causal",
        MultiHeadAttention(None, 4, 2, bias=False, causal=True),
        X,
        peer=_multi_head(causal=True),
    ),
    LayerCase(
        "attention to a context",
        MultiHeadAttention(4, 4, 2, context_inputs=6),
        X[:1],
        batch=None,
        peer=_multi_head(context=CONTEXT[:1]),
        options={"context": CONTEXT[:1]},
    ),
    LayerCase(
        "attention with a mask",
        MultiHeadAttention(4, 4, 2),
        X,
        peer=_multi_head(mask=MASK),
        options={"mask": MASK},
    ),
    LayerCase("attention with dropout", MultiHeadAttention(4, 4, 2, rate=0.4), X, draws=True),
]
FUNCTIONS = [
    FunctionCase(
        "dot_product_attention",
        F.dot_product_attention,
        (Q, K, V),
        peer=lambda torch, q, k, v: _torch_attention(torch, q, k, v),
    ),
    FunctionCase(
        "attention with a bias and a scale",
        F.dot_product_attention,
        (Q, K, V, BIAS),
        {"scale": 0.3},
        peer=lambda torch, q, k, v, bias: _torch_attention(
            torch, q, k, v, attn_mask=bias, scale=0.3
        ),
    ),
    FunctionCase(
        "causal attention without a batch",
        F.dot_product_attention,
        (Q[0], Q[1], K[0, :3]),
        {"is_causal": True},
        peer=lambda torch, q, k, v: _torch_attention(torch, q, k, v, is_causal=True),
    ),
    FunctionCase(
        "attention with shared keys and a mask",
        F.dot_product_attention,
        (Q, K[:, :3, :2], V[:, :3, :2], None, MASK),
        peer=lambda torch, q, k, v, bias, mask: _torch_attention(
            torch, q, k, v, attn_mask=mask, enable_gqa=True
        ),
    ),
]
