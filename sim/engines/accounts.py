"""The accounts of one future: every cost finds its payers the moment it arises."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict

from sim.model.arrays import LayerTerms
from sim.rules.funding import layer_payment

Posting = tuple[int, int, int, int, int, int]
"""Minute, NIS code, category, payer, cents, row of the incident: the layout of `events.POSTING`."""


class Accounts:
    """Books of one future. What a cost is split into is the policy's; that it adds up is checked here."""

    def __init__(self, layers: tuple[tuple[LayerTerms, ...], ...], year_starts: tuple[int, ...]) -> None:
        self.layers = layers
        self.year_starts = year_starts
        self.postings: list[Posting] = []
        self._paid_this_year: defaultdict[tuple[int, int, int, int], int] = defaultdict(int)

    def post(self, minute: int, nis: int, category: int, cents: int, incident: int) -> None:
        """Let a cost of `cents` flow through the layers of its category until nothing is left.

        Each (incident, category) is posted once, or in parts that share no limit per event.
        """
        left = cents
        year = bisect_right(self.year_starts, minute) - 1
        for position, layer in enumerate(self.layers[category]):
            if left == 0:
                return
            if not layer.begins <= minute < layer.ends:
                continue
            account = (nis, category, position, year)
            payment = layer_payment(
                left,
                layer.share,
                layer.first,
                layer.limit_per_event,
                layer.limit_per_year - self._paid_this_year[account],
            )
            if payment > 0:
                self._paid_this_year[account] += payment
                self.postings.append((minute, nis, category, layer.payer, payment, incident))
                left -= payment
        if left != 0:
            raise AssertionError(f"{left} cents of category {category} found no payer; the last layer must take all")
