"""What is drawn once a world, not once a future: who has which supplier, and how far a euro of prevention goes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.arrays import WorldArrays
from sim.rules import chance
from sim.rules.chance import lognormal_quantile, share_quantile, uniform


class Structure(NamedTuple):
    """Drawn from the world's own seed. Suppliers 0 .. full-1 run a customer's whole IT, the others one service."""

    shares: NDArray[np.float64]  # (suppliers,) the part of municipalities each one serves
    customers: NDArray[np.bool_]  # (suppliers, n)
    maturity: NDArray[np.float64]  # (n,) what a euro of prevention buys, mean one


def structure(world: WorldArrays) -> Structure:
    """Return the structure of a world; each municipality's row depends on its NIS code alone."""
    suppliers = world.full_it_suppliers + world.saas_suppliers
    seed = world.structure_seed
    shares = np.array(
        [
            share_quantile(
                uniform(seed, chance.STRUCTURE, chance.SUPPLIER + supplier, 0, chance.MARKET_SHARE),
                1.0 / (1.0 + world.share_shape),
            )
            for supplier in range(suppliers)
        ],
        dtype=np.float64,
    )
    full_share = float(shares[: world.full_it_suppliers].sum())
    if full_share > 1.0:  # the full-IT suppliers cannot serve more than everybody
        shares[: world.full_it_suppliers] /= full_share
    customers = np.zeros((suppliers, len(world.nis)), dtype=np.bool_)
    maturity = np.ones(len(world.nis), dtype=np.float64)
    for town, nis in enumerate(world.nis.tolist()):
        u = uniform(seed, chance.STRUCTURE, nis, 0, chance.CUSTOMER)
        upto = 0.0
        for supplier in range(world.full_it_suppliers):
            upto += shares[supplier]
            if u < upto:
                customers[supplier, town] = True
                break
        for supplier in range(world.full_it_suppliers, suppliers):
            u = uniform(seed, chance.STRUCTURE, nis, supplier, chance.CUSTOMER)
            customers[supplier, town] = u < shares[supplier]
        spread = world.spend_spread
        maturity[town] = lognormal_quantile(
            uniform(seed, chance.STRUCTURE, nis, 0, chance.MATURITY),
            float(np.exp(-spread * spread / 2)),
            spread,
        )
    return Structure(shares, customers, maturity)
