"""The generative examples: their mathematics, and brief runs."""

import math
import re

import numpy as np
import pytest
import scipy.linalg
import scipy.stats

import fzero
from fzero import random, tree
from fzero_nn import optim
from tests.strict import no_sync, put, unwrap

from .running import load_example

gan, vae = load_example("gan"), load_example("vae")
TINY_GAN = "--steps 5 --batch-size 16 --channels 2".split()
TINY_VAE = "--images 480 --epochs 2 --batch-size 16 --channels 2 --lr 1e-2".split()


def in_float64(values):
    return tree.map(lambda a: a.astype(np.float64), values)


# ------------------------------------------------------------------------------------- the GAN


@pytest.fixture(scope="module")
def game():
    """Small networks with every layer, where they start, in float64, and some real images."""
    nets = gan.Pair(gan.generator(2, hidden=3), gan.discriminator(2, hidden=3))
    sgd = gan.Pair(optim.sgd(0.1), optim.sgd(0.1))
    start = gan.start(nets, sgd, random.key(1))
    start = gan.Pair(
        *(s._replace(params=in_float64(s.params), state=in_float64(s.state)) for s in start)
    )
    real = random.uniform(random.key(2), (5, 1, 28, 28))
    return nets, sgd, start, real


def test_gan_runs_prints_and_draws(tmp_path, capsys):
    found = gan.main([*TINY_GAN, "--out", str(tmp_path)])
    printed = capsys.readouterr().out
    assert f"distance of generated images from the unseen ones {found:.1f}\n" in printed
    real = re.search(r"distance of as many real images from the unseen ones (\d+\.\d)", printed)
    assert real is not None
    assert float(real[1]) < 5 < found
    assert (tmp_path / "gan.png").stat().st_size > 10_000


def test_gan_comes_closer_to_images_of_one_grey():
    images = np.full((64, 1, 28, 28), 0.2, np.float32)
    options = gan.parse(["--steps", "60", "--batch-size", "16", "--channels", "2", "--lr", "1e-2"])
    nets = gan.Pair(gan.generator(2, 0), gan.discriminator(2, 0))
    _, shots = gan.train(options, nets, images)
    errors = [np.abs(shot - 0.2).mean() for shot in (shots[0], shots[-1])]
    assert errors[1] < errors[0] / 2


def test_gan_is_decided_by_its_seed():
    images = np.random.default_rng(0).random((40, 1, 28, 28)).astype(np.float32)
    nets = gan.Pair(gan.generator(1, 0), gan.discriminator(1, 0))
    tiny = ["--steps", "3", "--batch-size", "8", "--seed"]
    a, b, c = (gan.train(gan.parse([*tiny, seed]), nets, images) for seed in "001")
    for x, y in zip(tree.leaves(a), tree.leaves(b), strict=True):
        np.testing.assert_array_equal(x, y)
    assert not np.array_equal(a[1][-1], c[1][-1])


def test_gan_draws_the_start_the_end_and_moments_between():
    assert gan.moments(8) == list(range(9))
    assert gan.moments(2) == [0, 1, 2]
    assert gan.moments(1000)[::4] == [0, 500, 1000]


def test_gan_gradients_are_those_of_torch(game):
    """Of the generator through the discriminator, and of the discriminator at fixed images."""
    torch = pytest.importorskip("torch")
    nets, _, now, real = game
    key = random.key(3)

    def by_fzero(loss, place, batch):
        net = now[place]
        return fzero.value_and_grad(lambda p: loss(nets, p, net.state, batch, key), has_aux=True)(
            net.params
        )

    (g_loss, (_, seen)), g_grads = by_fzero(gan.generator_loss, 0, (5, now.discriminator))
    (d_loss, _), d_grads = by_fzero(gan.discriminator_loss, 1, (real, seen["images"]))

    def leaves(place):
        return tree.map(lambda a: torch.tensor(a, requires_grad=True), now[place].params)

    bce = torch.nn.functional.binary_cross_entropy_with_logits
    G, D = leaves(0), leaves(1)
    vectors = torch.tensor(random.normal(key, (5, gan.LATENT), np.float32)).double()
    made = torch_generator(torch, G, vectors)
    logits = torch_discriminator(torch, D, made)
    expected = bce(logits, torch.ones_like(logits))
    expected.backward()
    assert g_loss == pytest.approx(expected.item(), rel=1e-12)
    assert_close(g_grads, tree.map(lambda t: t.grad.numpy(), G))

    D = leaves(1)
    of_real, of_made = (
        torch_discriminator(torch, D, x) for x in (torch.tensor(real), made.detach())
    )
    expected = bce(of_real, torch.ones_like(of_real)) + bce(of_made, torch.zeros_like(of_made))
    expected.backward()
    assert d_loss == pytest.approx(expected.item(), rel=1e-12)
    assert_close(d_grads, tree.map(lambda t: t.grad.numpy(), D))


def assert_close(got, expected):
    for a, b in zip(tree.leaves(got), tree.leaves(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-12)


def torch_norm(torch, p, x):
    norm = torch.nn.functional.batch_norm
    return norm(x, None, None, p["gamma"], p["beta"], training=True, eps=2e-5)


def torch_generator(torch, p, x):
    F = torch.nn.functional
    x = F.relu(torch_norm(torch, p["l1"], x @ p["l0"]["W"] + p["l0"]["b"]))
    x = F.relu(torch_norm(torch, p["l4"], x @ p["l3"]["W"] + p["l3"]["b"])).reshape(-1, 4, 7, 7)
    x = F.conv_transpose2d(x, p["l7"]["W"], p["l7"]["b"], stride=2, padding=1)
    x = F.relu(torch_norm(torch, p["l8"], x))
    return torch.sigmoid(F.conv_transpose2d(x, p["l10"]["W"], p["l10"]["b"], stride=2, padding=1))


def torch_discriminator(torch, p, x):
    F = torch.nn.functional
    x = F.leaky_relu(F.conv2d(x, p["l0"]["W"], p["l0"]["b"], stride=2, padding=1), 0.2)
    x = torch_norm(torch, p["l3"], F.conv2d(x, p["l2"]["W"], p["l2"]["b"], stride=2, padding=1))
    x = F.leaky_relu(x, 0.2).flatten(1)
    x = F.leaky_relu(torch_norm(torch, p["l7"], x @ p["l6"]["W"] + p["l6"]["b"]), 0.2)
    return x @ p["l9"]["W"] + p["l9"]["b"]


def test_gan_steps_move_each_network_by_its_own_loss(game):
    nets, optimizers, now, real = game
    before = [np.copy(x) for x in tree.leaves(now)]
    after, found = gan.make_step(nets, optimizers)(now, real)
    for x, y in zip(tree.leaves(now), before, strict=True):
        np.testing.assert_array_equal(x, y)
    for place, loss in enumerate(found):
        assert math.isfinite(loss)
        moved = tree.map(lambda a, b: bool((a != b).any()), now[place].params, after[place].params)
        assert any(tree.leaves(moved))
    # The discriminator judges the images of the generator as it was before the step.
    key = random.fold_in(now.generator.key, 0)
    judge = now.discriminator
    _, (_, seen) = gan.generator_loss(
        nets, now.generator.params, now.generator.state, (5, judge), key
    )
    batch = real, seen["images"]
    expected, _ = gan.discriminator_loss(nets, judge.params, judge.state, batch, None)
    assert found.discriminator == expected


def test_gan_losses_stay_finite_where_the_discriminator_is_certain():
    logits = np.array([[-1e4], [1e4]], np.float32)
    assert gan.cross_entropy(logits, 1) == gan.cross_entropy(logits, 0) == 5e3
    grads = fzero.grad(lambda x: gan.cross_entropy(x, 1))(logits)
    np.testing.assert_array_equal(grads, [[-0.5], [0]])


def test_gan_distance_is_that_of_normal_distributions():
    rng = np.random.default_rng(0)
    a = rng.normal(size=(60, 3, 3)) @ rng.normal(size=(3, 3))
    b = rng.normal(size=(50, 3, 3)) + 1
    (m_a, C_a), (m_b, C_b) = (
        (x.mean(0), np.cov(x.T, bias=True)) for x in (a.reshape(60, 9), b.reshape(50, 9))
    )
    root = np.real(np.asarray(scipy.linalg.sqrtm(C_a @ C_b)))
    expected = ((m_a - m_b) ** 2).sum() + np.trace(C_a + C_b - 2 * root)
    assert gan.distance(a, b) == pytest.approx(expected, rel=1e-9)
    assert gan.distance(b, a) == pytest.approx(expected, rel=1e-9)
    assert gan.distance(a, a + 0.5) == pytest.approx(9 * 0.25, rel=1e-9)
    assert gan.distance(a, a) == pytest.approx(0, abs=1e-9)


# ------------------------------------------------------------------------------------- the VAE


def test_vae_runs_improves_prints_and_draws(tmp_path, capsys):
    bounds = vae.main([*TINY_VAE, "--out", str(tmp_path)])
    assert len(bounds) == 3
    assert bounds[2] < bounds[1] < bounds[0] - 50
    printed = capsys.readouterr().out
    assert f"test -ELBO {bounds[2]:.2f} nats an image, {bounds[0]:.2f} before" in printed
    terms = re.search(r"epoch  2/2  unseen: pixels (\S+)  kl (\S+)\n", printed)
    assert terms is not None
    assert float(terms[1]) + float(terms[2]) == pytest.approx(bounds[2], abs=0.02)
    assert (tmp_path / "vae.png").stat().st_size > 10_000


def test_vae_is_decided_by_its_seed():
    images = np.random.default_rng(0).random((40, 1, 28, 28)).astype(np.float32)
    nets = vae.Halves(vae.encoder(1), vae.decoder(1))
    tiny = ["--epochs", "1", "--batch-size", "16", "--seed"]
    a, b, c = (vae.train(vae.parse([*tiny, seed]), nets, images, images)[1] for seed in "001")
    assert a == b
    assert a != c


def test_vae_samples_have_the_mean_and_the_standard_deviation():
    n, variance = 40_000, np.array([9.0, 0.25])
    mean = np.broadcast_to(np.array([-1.0, 2.0]), (n, 2))
    z = vae.sample(random.key(0), mean, np.broadcast_to(np.log(variance), (n, 2)))
    error = np.sqrt(variance / n)
    assert (np.abs(z.mean(0) - mean[0]) < 4 * error).all()
    assert (np.abs(z.std(0) - np.sqrt(variance)) < 4 * error / np.sqrt(2)).all()
    assert np.abs(np.corrcoef(z.T)[0, 1]) < 4 / np.sqrt(n)
    small = vae.sample(random.key(0), np.ones(3, np.float32), np.full(3, -np.inf, np.float32))
    assert small.dtype == np.float32
    np.testing.assert_array_equal(small, 1)


MEANS, LOG_VARS = (
    np.array([[0.0, 0.0], [1.5, -2.0], [0.3, 4.0]]),
    np.array([[0.0, 0.0], [-3.0, 1.0], [0.7, -0.2]]),
)


def test_vae_kl_is_the_integral():
    z = np.linspace(-40, 40, 400_001)

    def integral(mean, log_var):
        normal = scipy.stats.norm
        at = z, mean, math.exp(log_var / 2)
        return float(np.trapezoid(normal.pdf(*at) * (normal.logpdf(*at) - normal.logpdf(z)), z))

    expected = [
        sum(integral(m, v) for m, v in zip(*row, strict=True))
        for row in zip(MEANS, LOG_VARS, strict=True)
    ]
    np.testing.assert_allclose(vae.kl_to_standard(MEANS, LOG_VARS), expected, rtol=1e-9, atol=1e-12)


def test_vae_kl_is_that_of_torch():
    dist = pytest.importorskip("torch.distributions")
    torch = pytest.importorskip("torch")
    q = dist.Normal(torch.tensor(MEANS), torch.tensor(np.exp(LOG_VARS / 2)))
    expected = dist.kl_divergence(q, dist.Normal(0.0, 1.0)).sum(-1).numpy()
    np.testing.assert_allclose(
        vae.kl_to_standard(MEANS, LOG_VARS), expected, rtol=1e-12, atol=1e-15
    )


def test_vae_loss_bounds_the_likelihood_by_what_the_encoder_misses():
    """-ELBO = -log p(x) + KL(q(z | x) || p(z | x)), with the right side integrated over a grid."""
    nets = vae.Halves(vae.encoder(1), vae.decoder(1))
    params = in_float64(vae.init(nets, random.key(0)))
    image = (random.uniform(random.key(1), (1, 1, 28, 28)) < 0.3).astype(float)
    mean, log_var = vae.encode(nets, params, image)

    side, step = np.linspace(-7, 7, 71, retstep=True)
    z = np.stack(np.meshgrid(side, side), -1).reshape(-1, 2)
    logits = vae.decode(nets, params, z)
    log_pixels = (image * logits - np.logaddexp(0, logits)).sum((1, 2, 3))
    joint = log_pixels + scipy.stats.norm.logpdf(z).sum(1)
    log_q = scipy.stats.norm.logpdf(z, mean, np.exp(log_var / 2)).sum(1)
    log_p = np.log(np.exp(joint - joint.max()).sum() * step**2) + joint.max()
    weights = np.exp(log_q) * step**2
    gap = (weights * (log_q - joint + log_p)).sum()
    spread = math.sqrt(np.cov(log_pixels, aweights=weights, ddof=0))

    drawn = 1_000
    terms = vae.bound(nets, params, np.repeat(image, drawn, 0), random.key(2))
    assert gap > 1 > 4 * spread / drawn**0.5  # so that the sampled bound can tell the two apart
    assert terms["pixels"] + terms["kl"] == pytest.approx(gap - log_p, abs=4 * spread / drawn**0.5)


def test_vae_gradient_agrees_with_central_differences():
    nets = vae.Halves(vae.encoder(1), vae.decoder(1))
    rng = np.random.default_rng(3)
    # Moved away from offsets of 0, where a rectifier after a dead one stands at its kink.
    params = tree.map(lambda p: p + 0.1 * rng.normal(size=p.shape), vae.init(nets, random.key(0)))
    images = random.uniform(random.key(1), (3, 1, 28, 28))

    def loss(params):
        return vae.loss_fn(nets, params, {}, images, random.key(2))[0]

    way = tree.map(lambda p: rng.normal(size=p.shape), params)

    def along(step):
        return loss(tree.map(lambda p, w: p + step * w, params, way))

    grads = fzero.grad(loss)(params)
    slope = sum(tree.leaves(tree.map(lambda g, w: (g * w).sum(), grads, way)))
    assert slope == pytest.approx((along(1e-6) - along(-1e-6)) / 2e-6, rel=1e-6)


def test_vae_map_has_equal_shares_of_the_distribution_and_goes_up():
    z = vae.grid_of_z(4)
    shares = scipy.stats.norm.cdf(z)
    np.testing.assert_allclose(shares[0, :, 0], [1 / 8, 3 / 8, 5 / 8, 7 / 8], rtol=1e-6)
    np.testing.assert_allclose(shares[:, 0, 1], [7 / 8, 5 / 8, 3 / 8, 1 / 8], rtol=1e-6)
    assert z.dtype == np.float32


def test_vae_map_puts_each_image_at_its_place():
    nets = vae.Halves(vae.encoder(1), vae.decoder(1))
    params = vae.init(nets, random.key(0))
    image = vae.decoded_map(nets, params, "cpu")
    assert image.shape == (28 * vae.GRID, 28 * vae.GRID)
    row, column = 2, vae.GRID - 1
    logits = vae.decode(nets, params, vae.grid_of_z(vae.GRID)[row, column][None])
    tile = image[28 * row : 28 * (row + 1), 28 * column :]
    np.testing.assert_allclose(tile, 1 / (1 + np.exp(-logits[0, 0])), rtol=1e-5)


# ------------------------------------------------------------------------------- on a device


def test_gan_steps_stay_on_the_device(game):
    nets, optimizers, now, real = game
    want = gan.make_step(nets, optimizers)(now, real)
    with no_sync():
        got = gan.make_step(nets, optimizers)(tree.map(put, now), put(real))
    assert_close(tree.map(unwrap, got), want)


def test_vae_losses_stay_on_the_device():
    nets = vae.Halves(vae.encoder(1), vae.decoder(1))
    params, key = in_float64(vae.init(nets, random.key(0))), random.key(1)
    images = random.uniform(random.key(2), (3, 1, 28, 28))

    def grads(params, images, key):
        return fzero.grad(lambda p: vae.loss_fn(nets, p, {}, images, key)[0])(params)

    with no_sync():
        got = grads(tree.map(put, params), put(images), put(key))
    assert_close(tree.map(unwrap, got), grads(params, images, key))
