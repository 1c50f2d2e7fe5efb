"""Quantiles of Student's t and of F."""

from __future__ import annotations

from scipy import special


def t_quantile(share: float, freedom: float) -> float:
    """The value below which ``share`` of Student's t with so many degrees of freedom lies."""
    return float(special.stdtrit(freedom, share))


def f_quantile(share: float, numerator: float, denominator: float) -> float:
    """The value below which ``share`` of F with these degrees of freedom lies."""
    return float(special.fdtri(numerator, denominator, share))


def f_above(value: float, numerator: float, denominator: float) -> float:
    """The share of F above a value: the p-value of a test."""
    return float(special.fdtrc(numerator, denominator, value))
