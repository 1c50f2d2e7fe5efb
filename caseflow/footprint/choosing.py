"""A study weighed by the factors of one release, whatever it quotes itself: what another year's table would give."""

from __future__ import annotations

from caseflow.footprint.factors import Release
from caseflow.footprint.quoting import requoted
from caseflow.footprint.shelf import Factors, Shelf
from caseflow.footprint.study import Study


def with_release(study: Study, shelf: Shelf, release: Release) -> Study:
    """Every official factor replaced by that of the same thing, kind and region in ``release``; others stay.

    Of several years in the release, the one that fits the study's period best is taken.
    """
    offered = Factors((release,))

    def change(ref: str) -> str:
        factor = shelf.factors.get(ref)
        found = offered.best(factor.series, factor.region, study.period_to.year) if factor else None
        return found.ref if factor and found and found.kind == factor.kind else ref

    return requoted(study, change)
