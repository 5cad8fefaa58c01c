"""What optimizers refuse, and what reaches them through `MultiSteps` and the training step."""

import numpy as np
import pytest

from fzero import random
from fzero_nn import optim
from fzero_nn.training import make_train_step, train_state


@pytest.mark.parametrize("shape", [(2,), (3,), (1, 3), ()])
def test_updates_of_another_shape_are_refused(shape):
    message = r"apply_updates: the shapes are updates\['W'\].* for params of \(2, 3\)"
    with pytest.raises(ValueError, match=message):
        optim.apply_updates({"W": np.ones((2, 3))}, {"W": np.ones(shape)})


@pytest.mark.parametrize("steps", [0, 2.5])
@pytest.mark.parametrize(
    "make",
    [
        optim.apply_every,
        lambda steps: optim.MultiSteps(optim.sgd(0.1), steps),
        lambda steps: optim.lookahead(optim.sgd(0.1), steps, 0.5),
        lambda steps: optim.contrib.sam(optim.sgd(0.1), optim.sgd(0.1), steps),
    ],
)
def test_a_count_of_steps_that_none_reaches_is_refused(make, steps):
    with pytest.raises(ValueError, match=f"is {steps}; expected 1 or more, a whole number"):
        make(steps)


def test_an_optimizer_that_was_not_called_is_refused():
    with pytest.raises(TypeError, match=r"t is <function adam .*; expected a pair .* Call the"):
        optim.chain(optim.clip(1.0), optim.adam)


def test_boundaries_ascend():
    schedules = [optim.constant_schedule(x) for x in (0.0, 1.0, 2.0)]
    with pytest.raises(ValueError, match=r"join_schedules: boundaries is \[5, 2\]; expected"):
        optim.join_schedules(schedules, [5, 2])


def test_the_loss_reaches_an_optimizer_inside_of_multi_steps():
    def loss(params, state, batch, key):
        return (params**2).sum(), (state, {})

    optimizer = optim.MultiSteps(optim.polyak_sgd(), 2)
    step = make_train_step(loss, optimizer)
    now = train_state(np.array([4.0]), {}, optimizer, random.key(0))
    for _ in range(2):
        now, _ = step(now, None)
    # Polyak's step, loss / |g|^2 = 16 / 64 times g = 8.
    np.testing.assert_array_equal(now.params, [2.0])
