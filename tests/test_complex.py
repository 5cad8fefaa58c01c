"""Complex numbers by JAX's convention.

A cotangent pairs with a tangent as sum(g * t), without a conjugate; the gradient of a real function
of z = x + iy is df/dx - i df/dy. The numbers marked as golden come from jax 0.10.2 in float64.
"""

import numpy as np
import pytest

import fzero

Z = np.array([1.0 + 2.0j, -0.5 + 0.3j, 2.0 - 1.0j])
GOLDEN_POINT = 0.7 - 0.4j


class TestRealFunctions:
    def test_gradient_is_the_conjugate_of_the_steepest_ascent(self):
        # f = |z|^2 = x^2 + y^2: df/dx - i df/dy = 2x - 2iy.
        np.testing.assert_allclose(
            fzero.grad(lambda z: (abs(z) ** 2).sum())(Z), 2 * Z.conj(), rtol=1e-15
        )

    @pytest.mark.parametrize(
        "f, want",
        [
            (lambda z: z.real, 1.0),
            (lambda z: z.imag, -1.0j),
            (lambda z: (z * z.conj()).real, 2 * np.conj(GOLDEN_POINT)),
            (lambda z: abs(z), np.conj(GOLDEN_POINT) / abs(GOLDEN_POINT)),
            (lambda z: np.angle(z), -1j / GOLDEN_POINT),
            (lambda z: np.exp(z).real, np.exp(GOLDEN_POINT)),
            (lambda z: np.exp(z).imag, -1j * np.exp(GOLDEN_POINT)),
        ],
    )
    def test_closed_forms(self, f, want):
        assert fzero.grad(f)(GOLDEN_POINT) == pytest.approx(want, rel=1e-14)

    @pytest.mark.parametrize(
        "f, golden",
        [
            (lambda z: np.log(z).real * z.imag, -0.4307692307692308 - 0.030762388107619137j),
            (lambda z: abs(z**2 + z.conj()), 2.494356261949732 - 0.729119522723768j),
            (lambda z: np.sqrt(z).imag ** 2, -0.06587842893777045 + 0.248069469178417j),
            (lambda z: (z**3 / z.conj()).real, 0.7213727810650888 - 2.837017751479289j),
            (lambda z: np.tanh(z * 2).imag, 0.48433286514377427 - 0.04489512759038919j),
            (
                lambda z: np.linalg.norm(np.stack([z, z**2])),
                1.5546306496645612 + 0.8883603712368924j,
            ),
            (lambda z: abs(z) ** 3, 1.6930741271426952 + 0.9674709297958259j),
        ],
    )
    def test_golden_values(self, f, golden):
        assert fzero.grad(f)(GOLDEN_POINT) == pytest.approx(golden, rel=1e-13)

    def test_gradient_agrees_with_differences(self):
        f = lambda z: (np.sin(z) * z.conj() ** 2).real.sum() + abs(np.sqrt(z)).sum()
        eps, g = 1e-6, fzero.grad(f)(Z)
        for k, e in enumerate(np.eye(3)):
            dx = (f(Z + eps * e) - f(Z - eps * e)) / (2 * eps)
            dy = (f(Z + 1j * eps * e) - f(Z - 1j * eps * e)) / (2 * eps)
            assert g[k] == pytest.approx(dx - 1j * dy, rel=1e-8)

    def test_descent_takes_the_conjugate(self):
        z, f = 3.0 - 4.0j, lambda z: abs(z - (1 + 1j)) ** 2
        for _ in range(100):
            z = z - 0.1 * np.conj(fzero.grad(f)(z))
        assert z == pytest.approx(1 + 1j, abs=1e-8)


class TestHolomorphicFunctions:
    def test_derivative(self):
        np.testing.assert_allclose(
            fzero.vmap(fzero.grad(lambda z: np.sin(z) * z, holomorphic=True))(Z),
            np.cos(Z) * Z + np.sin(Z),
            rtol=1e-14,
        )

    def test_second_derivative(self):
        d2 = fzero.grad(fzero.grad(lambda z: z**3, holomorphic=True), holomorphic=True)
        assert d2(GOLDEN_POINT) == pytest.approx(6 * GOLDEN_POINT, rel=1e-14)

    def test_forward_and_reverse_agree(self):
        f = lambda z: np.exp(z) / (z + 2)
        _, pushed = fzero.jvp(f, (GOLDEN_POINT,), (1.0 + 0j,))
        (pulled,) = fzero.vjp(f, GOLDEN_POINT)[1](1.0 + 0j)
        want = np.exp(GOLDEN_POINT) * (GOLDEN_POINT + 1) / (GOLDEN_POINT + 2) ** 2
        assert pushed == pytest.approx(want, rel=1e-14)
        assert pulled == pytest.approx(want, rel=1e-14)


class TestPairing:
    """<g, J t> = <J^T g, t> with the pairing Re sum(g * t), and J^T the transpose."""

    @pytest.mark.parametrize(
        "f",
        [
            np.conj,
            np.exp,
            lambda z: z * z.conj(),
            lambda z: np.stack([z[0] * z[1], z.sum()]),
            lambda z: abs(z),
            lambda z: z.real * z,
            lambda z: np.fft.fft(z) * z,
        ],
    )
    def test_vjp_is_the_transpose_of_jvp(self, f):
        rng = np.random.default_rng(0)
        t = rng.normal(size=3) + 1j * rng.normal(size=3)
        y, pushed = fzero.jvp(f, (Z,), (t,))
        g = rng.normal(size=y.shape)
        g = g + 1j * rng.normal(size=y.shape) if np.iscomplexobj(y) else g
        (pulled,) = fzero.vjp(f, Z)[1](g)
        assert (g * pushed).sum().real == pytest.approx((pulled * t).sum().real, rel=1e-13)

    def test_conjugate(self):
        (g,) = fzero.vjp(np.conj, 1j)[1](2.0 + 3.0j)
        assert g == 2.0 - 3.0j

    def test_product_is_transposed_without_a_conjugate(self):
        A = np.arange(6).reshape(2, 3) * (1 + 1j) + 1
        g = np.array([1j, 2.0])
        np.testing.assert_array_equal(fzero.vjp(lambda z: A @ z, Z)[1](g)[0], A.T @ g)


class TestMixedWithReal:
    def test_a_real_argument_has_a_real_gradient(self):
        f = lambda x: (abs(Z * x + 1j) ** 2).sum()
        g = fzero.grad(f)(2.0)
        # sum |z|^2 2x + 2 Re(conj(z) i) = sum 2x|z|^2 + 2 Im z
        assert g == pytest.approx((2 * 2.0 * abs(Z) ** 2 + 2 * Z.imag).sum(), rel=1e-14)
        assert g.dtype == np.float64

    def test_complex64_and_float32_stay(self):
        z = Z.astype(np.complex64)
        assert fzero.grad(lambda z: (abs(z) ** 2).sum())(z).dtype == np.complex64
        x = np.ones(3, np.float32)
        assert fzero.grad(lambda x: (abs(x * z) ** 2).sum())(x).dtype == np.float32
        assert fzero.jvp(lambda x: x * z, (x,), (x,))[1].dtype == np.complex64

    def test_transforms_nest(self):
        f = lambda z: (abs(np.tanh(z)) ** 2).sum()
        rows = fzero.vmap(fzero.grad(lambda z: abs(np.tanh(z)) ** 2))(Z)
        np.testing.assert_allclose(rows, fzero.grad(f)(Z), rtol=1e-13)
        t = np.array([1.0, 1j, 1 - 1j])
        eps = 1e-6
        numeric = (fzero.grad(f)(Z + eps * t) - fzero.grad(f)(Z - eps * t)) / (2 * eps)
        np.testing.assert_allclose(fzero.jvp(fzero.grad(f), (Z,), (t,))[1], numeric, rtol=1e-7)


class TestMessages:
    def test_complex_output(self):
        with pytest.raises(TypeError, match=r"complex128\[\]; expected a real scalar.*holomorphic"):
            fzero.grad(np.sin)(1j)
        assert fzero.grad(np.sin, holomorphic=True)(1j) == np.cos(1j)
        assert fzero.grad(lambda z: np.sin(z).real)(1j) == np.cos(1j)

    def test_real_input_of_a_holomorphic_function(self):
        with pytest.raises(TypeError, match="float 1.0; expected complex arrays"):
            fzero.grad(np.sin, holomorphic=True)(1.0)
        assert fzero.grad(np.sin, holomorphic=True)(1.0 + 0j) == np.cos(1.0)

    def test_real_output_of_a_holomorphic_function(self):
        with pytest.raises(TypeError, match="expected a complex scalar. Leave out holomorphic"):
            fzero.grad(abs, holomorphic=True)(1j)
        assert fzero.grad(abs)(1j) == -1j
