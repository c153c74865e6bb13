"""Which columns of categories a formula needs, so that no column follows from others by its structure alone.

A term of categories that stand beside all that they are made of loses its reference level; one that stands alone keeps
all levels (Chambers and Hastie 1992, section 2.4.1; here in the way of patsy and formulaic, term by term).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence

from growthcurves.model.formula.tree import CONSTANT, Factor, Formula, Term

#: A factor, and whether it is without its reference level.
Scoped = tuple[Factor, bool]
Product = tuple[Scoped, ...]


def ordered_terms(formula: Formula) -> list[Term]:
    """The terms by how many factors they have, the constant first; else as they are written."""
    terms = [CONSTANT] if formula.intercept else []
    return sorted([*terms, *formula.terms], key=lambda term: len(term.factors))


def products(terms: Iterable[Term], spans: Callable[[Factor], bool]) -> list[list[Product]]:
    """For each term the products of factors that it needs beside the terms before it.

    Parameters
    ----------
    terms : iterable of Term
    spans : function
        Whether all columns of a factor together make the constant.
    """
    spanned: set[frozenset[Scoped]] = set()
    found = []
    for term in terms:
        own = [product for product in _spanned_by(term, spans) if frozenset(product) not in spanned]
        found.append(_simplified(own))
        spanned.update(map(frozenset, own))
    return found


def _spanned_by(term: Term, spans: Callable[[Factor], bool]) -> list[Product]:
    choices: list[tuple[Scoped | None, ...]] = [
        ((factor, True), None) if spans(factor) else ((factor, False),) for factor in term.factors
    ]
    return [tuple(item for item in chosen if item is not None) for chosen in itertools.product(*choices)]


def _simplified(wanted: Sequence[Product]) -> list[Product]:
    """The fewest products with the same span: a product beside itself times a reduced factor is one with all levels."""
    kept: list[Product] = []
    for product in sorted(wanted, key=len):
        for existing in kept:
            new = set(product) - set(existing)
            if len(product) - 1 != len(existing) or len(new) != 1:
                continue
            factor, reduced = next(iter(new))
            if reduced:
                whole = tuple((item, False) if item == factor else (item, less) for item, less in product)
                kept = _simplified([*(other for other in kept if other != existing), whole])
                break
        else:
            kept.append(product)
    return kept
