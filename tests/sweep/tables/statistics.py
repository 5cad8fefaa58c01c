"""`fzero.scipy.stats`: densities, distribution functions and their inverses."""

from ..case import Table, above, positive, real, unit, unit_interval, whole
from .linear import spd

TABLE = Table("scipy.stats")
each, add = TABLE.each, TABLE.add

each(
    "norm.logpdf norm.pdf norm.cdf norm.logcdf norm.sf norm.logsf",
    real(3, 4),
    real(4),
    positive(3, 1),
)
each("norm.logpdf norm.cdf", real(5))
each("norm.ppf", real(3, 4, low=0.05, high=0.95), real(4), positive(3, 1))
each("beta.logpdf beta.pdf", real(3, 4, low=0.1, high=0.9), positive(4), positive(3, 1))
each("gamma.logpdf gamma.pdf chi2.logpdf chi2.pdf", positive(3, 4), positive(4))
add(
    "gamma.logpdf",
    lambda m, x, a, s: m.gamma.logpdf(x, a, loc=0.1, scale=s),
    positive(5),
    positive(5),
    positive(5),
)
each("t.logpdf t.pdf", real(3, 4), positive(4), real(4), positive(3, 1))
add(
    "dirichlet.logpdf", lambda m, x, a: m.dirichlet.logpdf(x / x.sum(), a), positive(4), positive(4)
)
add("dirichlet.pdf", lambda m, x, a: m.dirichlet.pdf(x / x.sum(), a), positive(4), positive(4))
for name in ("logpdf", "pdf"):
    add(
        f"multivariate_normal.{name}",
        lambda m, x, mu, a, n=name: getattr(m.multivariate_normal, n)(x, mu, spd(a)),
        real(3),
        real(3),
        real(3, 3),
    )
    add(
        f"multivariate_normal.{name}",
        lambda m, x, n=name: getattr(m.multivariate_normal, n)(x, 0.5, 2.0),
        real(),
    )
each("poisson.logpmf poisson.pmf", whole(3, 4, low=0), positive(4))

NO_GUMBEL = "JAX's derivative of it raises"
SYMMETRIC = "cauchy laplace logistic gumbel_l gumbel_r"
for name in SYMMETRIC.split():
    each(f"{name}.cdf", real(3, 4), real(4), positive(3, 1))
each(
    "cauchy.logpdf cauchy.pdf laplace.logpdf laplace.pdf logistic.logpdf logistic.pdf",
    real(3, 4),
    real(4),
    positive(3, 1),
)
each(
    "gumbel_l.logpdf gumbel_l.pdf gumbel_r.logpdf gumbel_r.pdf",
    real(3, 4),
    real(4),
    positive(3, 1),
    without="jvp vjp",
    why=NO_GUMBEL,
)
each(
    "gumbel_l.ppf gumbel_r.ppf",
    unit_interval(3, 4),
    real(4),
    positive(3, 1),
    without="jvp vjp",
    why=NO_GUMBEL,
)
each(
    "cauchy.sf cauchy.logcdf cauchy.logsf logistic.sf gumbel_l.sf gumbel_l.logcdf gumbel_l.logsf",
    real(3, 4),
    real(4),
    positive(3, 1),
)
each("gumbel_r.sf gumbel_r.logcdf gumbel_r.logsf", real(3, 4), real(4), positive(3, 1))
each(
    "norm.isf cauchy.ppf cauchy.isf logistic.ppf logistic.isf expon.ppf uniform.ppf",
    unit_interval(3, 4),
    real(4),
    positive(3, 1),
)
each(
    "expon.logpdf expon.pdf expon.cdf expon.sf expon.logcdf expon.logsf",
    positive(3, 4),
    real(4, low=-1, high=0),
    positive(3, 1),
)
each(
    "uniform.logpdf uniform.pdf uniform.cdf",
    unit_interval(3, 4),
    real(4, low=-0.5, high=0),
    above(3, 1),
)
each(
    "pareto.logpdf pareto.pdf pareto.cdf pareto.sf pareto.logcdf pareto.logsf",
    above(3, 4),
    positive(4),
)
each("pareto.ppf", unit_interval(3, 4), positive(4))
each("gennorm.logpdf gennorm.pdf", real(3, 4), above(4))
add("gennorm.cdf", lambda m, x: m.gennorm.cdf(x, 1.5), real(3, 4))
each(
    "truncnorm.logpdf truncnorm.pdf truncnorm.cdf truncnorm.sf truncnorm.logcdf truncnorm.logsf",
    unit(3, 4),
    real(4, low=-2, high=-1),
    real(3, 1, low=1, high=3),
)
each("vonmises.logpdf vonmises.pdf", real(3, 4), positive(4))
each("wrapcauchy.logpdf wrapcauchy.pdf", positive(3, 4), unit_interval(4))
each(
    "beta.cdf beta.sf beta.logcdf beta.logsf",
    unit_interval(3, 4),
    positive(4),
    positive(3, 1),
    without="jvp vjp",
    why="JAX has no derivative in a and b",
)
each("gamma.cdf gamma.sf gamma.logcdf gamma.logsf", positive(3, 4), positive(4))
each("chi2.cdf chi2.sf chi2.logcdf chi2.logsf", positive(3, 4), positive(4))

each("bernoulli.logpmf bernoulli.pmf", whole(3, 4, low=0, high=2), unit_interval(4))
each("bernoulli.cdf", real(3, 4), unit_interval(4))
each("bernoulli.ppf", unit_interval(3, 4), unit_interval(4))
each("binom.logpmf binom.pmf", whole(3, 4, low=0, high=5), whole(4, low=5), unit_interval(3, 1))
each("nbinom.logpmf nbinom.pmf", whole(3, 4, low=0, high=5), whole(4, low=5), unit_interval(3, 1))
each("geom.logpmf geom.pmf", whole(3, 4, low=1), unit_interval(4))
each("poisson.cdf", whole(3, 4, low=0), positive(4))
for name in ("logpmf", "pmf"):
    add(
        f"multinomial.{name}",
        lambda m, x, p, n=name: getattr(m.multinomial, n)(x, x.sum(), p / p.sum()),
        whole(4, low=0, high=4),
        positive(4),
    )
each("sem", real(3, 4), options=[{}, {"axis": 1, "ddof": 0}, {"axis": None}])
each("rankdata", real(3, 4), options=[{}, {"axis": 1}, {"axis": 0, "method": "min"}])
each(
    "rankdata",
    whole(7, high=4),
    options=[{"method": m} for m in ("average", "max", "dense", "ordinal")],
)
add("mode", lambda m, x: tuple(m.mode(x, axis=1)), whole(3, 7, high=4))
