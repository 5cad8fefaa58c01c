"""The examples of what functions of functions are for: their mathematics, and brief runs."""

import math
import sys

import numpy as np
import pytest

import fzero
import fzero_nn as nn
from fzero import random, tree
from tests.examples.running import load_example, use_stand_in

BRIEF = {
    "ensemble": ["--images", "200", "--epochs", "1", "--members", "3"],
    "hessian_vector": ["--images", "100", "--steps", "3", "--products", "4", "--descent", "5"],
    "maml": ["--steps", "2", "--tasks", "3"],
    "per_example_gradients": ["--images", "100", "--batch-size", "50", "--epochs", "1"],
}


def in_float64(values):
    return tree.map(lambda x: np.asarray(x, np.float64), values)


def along(gradient, direction):
    """The inner product of two pytrees."""
    pairs = zip(tree.leaves(gradient), tree.leaves(direction), strict=True)
    return sum(float((g * d).sum()) for g, d in pairs)


def central(f, params, direction, h=1e-6):
    """The derivative of f along a direction by central differences."""
    ahead, behind = (
        f(tree.map(lambda p, d, s=s: p + s * h * d, params, direction)) for s in (1, -1)
    )
    return float(ahead - behind) / (2 * h)


def direction_of(params, seed=9):
    rng = np.random.default_rng(seed)
    return tree.map(lambda p: rng.normal(size=p.shape), params)


def agree(found, expected, rtol=1e-12, atol=0.0):
    for x, y in zip(tree.leaves(found), tree.leaves(expected), strict=True):
        np.testing.assert_allclose(x, y, rtol=rtol, atol=atol)


@pytest.mark.parametrize("name", BRIEF)
def test_a_figure_is_drawn(name, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    load_example(name).main([*BRIEF[name], "--out", str(tmp_path)])
    path = tmp_path / f"{name}.png"
    assert path.stat().st_size > 10_000
    assert f"figure {path}\n" in capsys.readouterr().out


@pytest.mark.parametrize("name", BRIEF)
def test_a_missing_matplotlib_is_named(name, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    load_example(name).main([*BRIEF[name], "--out", str(tmp_path)])
    assert "no figure: matplotlib is not installed; pip install" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", BRIEF)
def test_a_card_gives_the_same(name, tmp_path, monkeypatch):
    example, options = load_example(name), [*BRIEF[name], "--out", str(tmp_path)]
    expected = example.main(options)
    use_stand_in(monkeypatch)
    agree(fzero.device_get(example.main([*options, "--device", "gpu"])), expected, 1e-4, 1e-6)


# ------------------------------------------------------------------- gradients of each example


@pytest.fixture(scope="module")
def private():
    return load_example("per_example_gradients")


@pytest.fixture(scope="module")
def images(private):
    """Parameters in float64, and five images with labels."""
    rng = np.random.default_rng(0)
    params = in_float64(private.MODEL.init(random.key(1))[0])
    return params, rng.uniform(size=(5, 1, 28, 28)), rng.integers(0, 10, 5)


def test_the_gradient_of_each_example_is_that_of_a_loop(private, images):
    params, x, labels = images
    found = private.example_gradients(params, x, labels)
    for i in range(5):
        alone = fzero.grad(private.mean_loss)(params, x[i : i + 1], labels[i : i + 1])
        agree(tree.map(lambda g, i=i: g[i], found), alone, atol=1e-14)
    mean = fzero.grad(private.mean_loss)(params, x, labels)
    agree(tree.map(lambda g: g.mean(0), found), mean, atol=1e-14)


def test_long_gradients_are_clipped_and_short_ones_are_not(private, images):
    gradients = private.example_gradients(*images)
    flat = np.concatenate([g.reshape(5, -1) for g in tree.leaves(gradients)], axis=1)
    norms = np.linalg.norm(flat, axis=1)
    np.testing.assert_allclose(private.lengths(gradients), norms, rtol=1e-13)
    clip = float(np.median(norms))
    expected = (flat * np.minimum(1, clip / norms)[:, None]).sum(0)
    total = private.clipped_sum(gradients, clip)
    found = np.concatenate([g.reshape(-1) for g in tree.leaves(total)])
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-15)
    nothing = private.clipped_sum(tree.map(np.zeros_like, gradients), 1.0)
    assert not any(g.any() for g in tree.leaves(nothing))


def test_the_noise_has_its_deviation(private):
    zero = {"a": np.zeros((200, 300), np.float32), "b": np.zeros(60_000, np.float32)}
    noise = private.noisy(random.key(0), zero, 3.0)
    assert {n.dtype for n in tree.leaves(noise)} == {np.dtype(np.float32)}
    for n in tree.leaves(noise):
        assert n.mean() == pytest.approx(0, abs=0.05)
        assert n.std() == pytest.approx(3, rel=0.02)
    assert abs(np.corrcoef(noise["a"].reshape(-1), noise["b"])[0, 1]) < 0.02


@pytest.mark.parametrize(("order", "rate", "noise"), [(2, 0.1, 1.0), (5, 0.02, 0.8), (8, 1.0, 2.0)])
def test_the_divergence_is_that_of_an_integral(private, order, rate, noise):
    x = np.linspace(-40, 40, 400_001)
    without = np.exp(-(x**2) / (2 * noise**2)) / math.sqrt(2 * math.pi * noise**2)
    ratio = (1 - rate) + rate * np.exp((2 * x - 1) / (2 * noise**2))
    expected = math.log(np.trapezoid(without * ratio**order, x)) / (order - 1)
    assert private.renyi(order, rate, noise) == pytest.approx(expected, rel=1e-9)
    if rate == 1:
        assert expected == pytest.approx(order / (2 * noise**2), rel=1e-9)


def test_privacy_is_spent_by_steps_and_bought_by_noise(private):
    few, many = (private.epsilon(steps, 0.01, 1.0) for steps in (10, 1000))
    assert 0 < few < many
    assert private.epsilon(1000, 0.01, 2.0) < many
    assert private.epsilon(1, 0.01, 0.0) == math.inf


def test_without_clipping_and_noise_private_training_is_ordinary(private, tmp_path):
    whole = ["--images", "60", "--batch-size", "60", "--epochs", "2", "--noise", "0"]
    a, b = private.main([*whole, "--clip", "1e6", "--out", str(tmp_path)])
    agree(a.params, b.params, rtol=1e-3, atol=1e-5)
    assert a.accuracies == b.accuracies and a.epsilons == [math.inf] * 2


def test_private_training_learns(private, tmp_path):
    options = ["--images", "2000", "--batch-size", "100", "--epochs", "2", "--out", str(tmp_path)]
    run, ordinary = private.main(options)
    assert run.accuracies[-1] > 0.5 and ordinary.accuracies[-1] > 0.6
    assert 0 < run.epsilons[0] < run.epsilons[1] < 10


# ------------------------------------------------------------------------------ meta-learning


@pytest.fixture(scope="module")
def maml():
    return load_example("maml")


def test_a_task_is_a_sine(maml):
    tasks = maml.draw_tasks(random.key(0), 50)
    assert {a.shape for a in tasks} == {(50, 10, 1)} and {a.dtype.name for a in tasks} == {
        "float32"
    }
    for x, y, test_x, test_y in zip(*tasks, strict=True):
        # a sin(x - p) = u sin(x) + v cos(x): two numbers fit all twenty points.
        waves, heights = np.concatenate([x, test_x]), np.concatenate([y, test_y])
        basis = np.concatenate([np.sin(waves), np.cos(waves)], axis=1)
        (u, v), rest, *_ = np.linalg.lstsq(basis, heights, rcond=None)
        assert rest[0] < 1e-9 and 0.1 <= np.hypot(u, v)[0] <= 5.0 + 1e-5
        assert v[0] <= 1e-5  # p from 0 to pi


def test_the_meta_gradient_goes_through_the_step(maml):
    params = in_float64(maml.MODEL.init(random.key(0))[0])
    tasks = in_float64(maml.draw_tasks(random.key(1), 3))

    def objective(p):
        return maml.meta_loss(p, tasks, 0.05)

    direction, gradient = direction_of(params), fzero.grad(objective)(params)
    assert along(gradient, direction) == pytest.approx(
        central(objective, params, direction), rel=1e-6
    )

    def at_new(p, task):  # what a gradient that stops at the step would be
        return maml.loss(p, task.test_x, task.test_y)

    first_order = []
    for i in range(3):
        task = tree.map(lambda a, i=i: a[i], tasks)
        adapted = maml.adapt(params, task.x, task.y, 0.05)
        first_order.append(along(fzero.grad(at_new)(adapted, task), direction))
    assert np.mean(first_order) != pytest.approx(along(gradient, direction), rel=1e-2)


def test_losses_are_followed_along_the_steps(maml):
    params, _ = maml.MODEL.init(random.key(0))
    tasks = maml.draw_tasks(random.key(1), 4)
    found = maml.losses_after(params, tasks, np.array([0.01, 0.02], np.float32), 2)
    assert found.shape == (2, 3)
    for i, rate in enumerate((0.01, 0.02)):
        for steps in range(3):
            each = []
            for j in range(4):
                task = tree.map(lambda a, j=j: a[j], tasks)
                now = maml.adapt(params, task.x, task.y, np.float32(rate), steps)
                each.append(maml.loss(now, task.test_x, task.test_y))
            assert found[i, steps] == pytest.approx(np.mean(each), rel=1e-5)


def test_one_step_is_enough_after_meta_training(maml, tmp_path, capsys):
    curves = maml.main(["--steps", "400", "--out", str(tmp_path)])
    meta, joint = curves["meta-trained"], curves["jointly trained"]
    assert meta[1] < 0.6 * joint[1] and meta[1] < 0.6 * meta[0]
    assert f"{meta[1]:.3f}, after ten" in capsys.readouterr().out


# ---------------------------------------------------------------------------------- curvature


@pytest.fixture
def curved():
    return load_example("hessian_vector")


def symmetric(eigenvalues, seed=3):
    q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(len(eigenvalues),) * 2))
    return (q * eigenvalues) @ q.T


def test_lanczos_finds_the_spectrum_and_the_power_method_its_end(curved):
    eigenvalues = np.array([-3.0, -0.5, 0.1, 0.2, 2.0, 7.0])
    h, start = symmetric(eigenvalues), np.ones(6) / 6**0.5
    np.testing.assert_allclose(curved.lanczos(h.dot, start, 20), eigenvalues, atol=1e-12)
    assert curved.power_method(h.dot, start, 60)[-1] == pytest.approx(7.0, rel=1e-12)
    ends = curved.lanczos(h.dot, start, 4)
    assert len(ends) == 4 and ends[0] >= -3.0 and ends[-1] <= 7.0


def test_the_curvature_of_a_network_is_that_of_its_whole_hessian(curved, monkeypatch):
    monkeypatch.setattr(curved, "MODEL", nn.models.MLP((49, 2, 10), np.tanh))
    rng = np.random.default_rng(0)
    batch = rng.uniform(size=(40, 49)), rng.integers(0, 10, 40)
    options = curved.parse(["--steps", "20", "--products", "60"])
    power, nodes = curved.curvature(options, batch)

    start = in_float64(curved.MODEL.init(random.split(random.key(0))[0])[0])
    params = curved.trained(curved.network_loss(batch), start, 20)
    leaves, treedef = tree.flatten(params)
    places = np.cumsum([leaf.size for leaf in leaves])[:-1]

    def of_vector(v):
        parts = [
            part.reshape(leaf.shape)
            for part, leaf in zip(fzero.numpy.split(v, places), leaves, strict=True)
        ]
        return curved.network_loss(batch)(tree.unflatten(treedef, parts))

    whole = fzero.hessian(of_vector)(np.concatenate([leaf.reshape(-1) for leaf in leaves]))
    eigenvalues = np.linalg.eigvalsh(whole)
    assert nodes[-1] == pytest.approx(eigenvalues[-1], rel=1e-9)
    assert nodes[0] == pytest.approx(eigenvalues[0], rel=1e-4)
    assert power[-1] == pytest.approx(eigenvalues[-1], rel=1e-3)


def test_conjugate_gradients_solve_a_system(curved):
    h, b = symmetric(np.geomspace(0.01, 10, 8)), np.arange(1.0, 9)
    found = curved.conjugate_gradients(h.dot, b, 1e-12)
    np.testing.assert_allclose(found, np.linalg.solve(h, b), rtol=1e-8)
    assert not curved.conjugate_gradients(h.dot, np.zeros(8), 0.1).any()


def test_newton_ends_where_reweighted_least_squares_end(curved):
    rng = np.random.default_rng(1)
    x, labels, decay = rng.normal(size=(60, 4)), rng.integers(0, 2, 60), 0.01
    zero = {"w": np.zeros(4), "b": np.zeros(())}
    run = curved.newton(curved.logistic_loss((x, labels), decay), zero)
    assert run.slopes[-1] <= 1e-10 and len(run.slopes) < 12

    with_one, found = np.column_stack([x, np.ones(60)]), np.zeros(5)
    for _ in range(20):
        p = 1 / (1 + np.exp(-with_one @ found))
        h = with_one.T @ (with_one * (p * (1 - p))[:, None]) / 60 + decay * np.eye(5)
        found = found - np.linalg.solve(h, with_one.T @ (p - labels) / 60 + decay * found)
    np.testing.assert_allclose(run.params["w"], found[:4], rtol=1e-8)
    assert run.params["b"] == pytest.approx(found[4], rel=1e-8)


def test_newton_halves_steps_that_lead_too_far(curved):
    """sqrt(1 + x^2): undamped, x becomes -x^3, which runs away from 2."""
    run = curved.newton(lambda x: np.sqrt(1 + x**2), np.float64(2.0))
    assert abs(run.params) < 1e-9 and run.slopes == sorted(run.slopes, reverse=True)


def test_newton_is_done_long_before_gradient_descent(curved, tmp_path, capsys):
    few = ["--images", "1000", "--descent", "300", "--steps", "20", "--out", str(tmp_path)]
    largest, newton, plain = curved.main(few)
    assert largest > 0
    assert len(newton.losses) <= 15 and newton.slopes[-1] <= 1e-10
    assert plain.slopes[-1] > 1e-4 and plain.losses[-1] > newton.losses[-1]
    assert plain.losses == sorted(plain.losses, reverse=True)
    assert "gradient descent   300 steps" in capsys.readouterr().out


# ----------------------------------------------------------------------------------- ensemble


@pytest.fixture(scope="module")
def ensemble():
    return load_example("ensemble")


def test_members_that_are_trained_at_once_are_what_they_are_alone(ensemble):
    rng = np.random.default_rng(0)
    train_set = rng.uniform(size=(40, 784)).astype(np.float32), rng.integers(0, 10, 40)
    options = ensemble.parse(["--members", "3", "--epochs", "2", "--batch-size", "10"])
    together = ensemble.train(options, train_set)
    optimizer = nn.optim.adam(options.lr)
    step = nn.training.make_train_step(ensemble.loss_fn, optimizer)
    for member, key in enumerate(random.split(random.key(0), 3)):
        params, state = ensemble.MODEL.init(key)
        now = nn.training.train_state(params, state, optimizer, key)
        for epoch in range(2):
            order = random.permutation(random.fold_in(key, epoch), 40)
            for i in range(0, 40, 10):
                now, _ = step(now, tree.map(lambda a, c=order[i : i + 10]: a[c], train_set))
        alone = tree.map(lambda a, m=member: a[m], together)
        agree(alone, now.params, rtol=1e-3, atol=1e-5)


def test_doubt_is_shared_or_a_disagreement(ensemble):
    sure, even = [1.0, 0.0], [0.5, 0.5]
    p = np.array([[sure, even, [1.0, 0.0]], [sure, even, [0.0, 1.0]]])  # (members, images, classes)
    total, shared, disagreement = ensemble.doubt(p)
    np.testing.assert_allclose(total, [0, math.log(2), math.log(2)], atol=1e-15)
    np.testing.assert_allclose(shared, [0, math.log(2), 0], atol=1e-15)
    np.testing.assert_allclose(disagreement, [0, 0, math.log(2)], atol=1e-15)


def test_the_surest_images_are_answered_first(ensemble):
    right, unsure = np.array([True, False, True, False]), np.array([0.1, 0.9, 0.2, 0.3])
    np.testing.assert_allclose(ensemble.answered(right, unsure), [1, 1, 2 / 3, 1 / 2])


def test_the_mean_of_the_members_beats_them(ensemble, tmp_path, capsys):
    options = ["--images", "2000", "--epochs", "8", "--out", str(tmp_path)]
    alone, together = ensemble.main(options)
    assert alone.shape == (8,) and alone.min() > 0.7
    assert together > alone.mean() + 0.005
    printed = capsys.readouterr().out
    assert f"{alone.min():.3f} to {alone.max():.3f}\n" in printed
    assert f"test accuracy of their mean   {together:.3f}\n" in printed
