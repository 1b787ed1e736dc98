"""What is drawn once a world, not once a future: who has which supplier, and how far a euro of prevention goes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.rules import chance
from sim.rules.chance import lognormal_quantile, share_quantile, uniform
from sim.rules.terms import WorldArrays


class Structure(NamedTuple):
    """Drawn from the world's own seed. Suppliers 0 .. full-1 run a customer's whole IT, the others one service."""

    shares: NDArray[np.float64]  # (suppliers,) the part of municipalities each one serves
    customers: NDArray[np.bool_]  # (suppliers, n)
    concentrated: NDArray[np.bool_]  # (suppliers, n) customers once the Flemish framework has moved some of them
    maturity: NDArray[np.float64]  # (n,) what a euro of prevention buys, mean one
    caution: NDArray[np.float64]  # (n,) in (0, 1): the lower, the sooner a municipality buys insurance
    obedience: NDArray[np.float64]  # (n,) in (0, 1): the lower, the sooner it complies with a minimum standard


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
    everybody = world.nis.tolist()
    caution = np.array([uniform(seed, chance.STRUCTURE, nis, 0, chance.CAUTION) for nis in everybody])
    obedience = np.array([uniform(seed, chance.STRUCTURE, nis, 0, chance.OBEDIENCE) for nis in everybody])
    return Structure(shares, customers, _concentrated(world, shares, customers), maturity, caution, obedience)


def _concentrated(world: WorldArrays, shares: NDArray[np.float64], customers: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return who is whose customer once some have left smaller suppliers for the largest one of their kind."""
    moved = customers.copy()
    for kind in (range(world.full_it_suppliers), range(world.full_it_suppliers, len(shares))):
        if len(kind) == 0:
            continue
        largest = max(kind, key=lambda supplier: (shares[supplier], -supplier))
        for supplier in kind:
            for town in np.flatnonzero(customers[supplier]).tolist():
                u = uniform(world.structure_seed, chance.STRUCTURE, int(world.nis[town]), supplier, chance.MOVE)
                if supplier != largest and u < world.delivery.concentration:
                    moved[supplier, town], moved[largest, town] = False, True
    return moved
