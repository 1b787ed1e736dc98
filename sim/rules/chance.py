"""Chance with an address: every random number is a function of (seed, replication, entity, index, purpose).

Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11) turns the address
into four 32-bit words. There is no state, so no draw can shift another: a policy changes what an attack does, never
when the dice fall. Words stay below 2**32. Of a product, which may reach 2**64, only its bits are used: a machine
integer that wraps around has the same ones as a Python integer.

| entity | who |
|---|---|
| 0 | the whole world |
| NIS code (11001 ...) | a municipality |
| 1_000_000 + j | supplier j |

The index counts within the entity and the purpose: the k-th attempt, or the number of an incident (see `events.py`).
"""

from __future__ import annotations

import math

from sim.rules.compiling import kernel, pasted
from sim.rules.rule import rule

MASK = 0xFFFFFFFF
MULTIPLIER_0 = 0xD2511F53
MULTIPLIER_1 = 0xCD9E8D57
WEYL_0 = 0x9E3779B9
WEYL_1 = 0xBB67AE85
CENTRAL = 0.425  # how far from a half the normal quantile is a plain quotient of polynomials

WORLD = 0
SUPPLIER = 1_000_000
STRUCTURE = MASK  # the replication of what is drawn once a world: who has which supplier, who spends well

# The table of purposes. A number, once used, keeps its meaning: results depend on it.
ATTEMPT = 1  # gap to the next attempt, and its mark
FRAUD = 2  # gap to the next payment fraud, and its mark
SHOCK = 3  # gap to the next vulnerability disclosure
WAVE = 4  # gap to the next wave of denial-of-service attacks
COMPROMISE = 5  # gap to the next compromise of a supplier, and whether a standard for suppliers prevents it
AFTERMATH = 6  # gap to the next attempt by attackers drawn by an earlier incident, and its mark
CLASS = 7  # minor, significant or severe, and the size of the bill
DWELL = 8  # days between break-in and impact
NOTICED = 9  # whether somebody watches when the impact falls outside office hours
EXFILTRATION = 10  # whether data leave the house
TEAM_DAYS = 11  # days of work for the response team
BACKUPS = 12  # usable or lost
SYSTEMS = 13  # share of the systems hit
ADOPTION = 14  # years until a municipality joins a programme
CRITICAL = 15  # days until the critical services are back
FULL = 16  # days until everything is back
DEMAND = 17  # the ransom asked
PAY = 18  # whether the municipality would pay
APPROVAL = 19  # whether a request to pay is granted
RECOVERED = 20  # share of the data that comes back after paying
FRAUD_LOSS = 21  # size of a payment fraud
WAVE_HIT = 22  # whether a wave hits this municipality, for two waves at a time
SUPPLIER_HIT = 23  # whether a supplier's compromise cuts this customer off
SUPPLIER_OUTAGE = 24  # days that a compromised supplier is out
LATERAL = 25  # whether the intruder reaches the customer's own network
MARKET_SHARE = 26  # a supplier's share of the municipalities
CUSTOMER = 27  # whose customer a municipality is
MATURITY = 28  # how far a municipality gets with a euro
DENIED = 29  # whether the insurer denies the claims of a break-in or of a fallen supplier
CAUTION = 30  # who buys insurance before others
OBEDIENCE = 31  # who complies with a minimum standard before others
MOVE = 32  # whether a municipality leaves its supplier for the largest under the Flemish framework
DENIED_FRAUD = 33  # whether the insurer denies the claim of a payment fraud
DENIED_WAVE = 34  # whether the insurer denies the claims of a wave of denial-of-service attacks


@pasted
def philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Return the four 32-bit words of Philox4x32-10 for a counter (c0..c3) and a key (k0, k1)."""
    for _ in range(10):
        product_0 = MULTIPLIER_0 * c0
        product_1 = MULTIPLIER_1 * c2
        c0, c1, c2, c3 = (
            ((product_1 >> 32) & MASK) ^ c1 ^ k0,
            product_1 & MASK,
            ((product_0 >> 32) & MASK) ^ c3 ^ k1,
            product_0 & MASK,
        )
        k0 = (k0 + WEYL_0) & MASK
        k1 = (k1 + WEYL_1) & MASK
    return c0, c1, c2, c3


@pasted
def pair(seed: int, replication: int, entity: int, index: int, purpose: int) -> tuple[float, float]:
    """Return the two uniform numbers in the open interval (0, 1) that live at this address."""
    key = int(seed)
    w0, w1, w2, w3 = philox(int(replication), int(entity), int(index), purpose, key & MASK, (key >> 32) & MASK)
    first = ((w0 >> 5) * 67108864.0 + (w1 >> 6) + 0.5) / 9007199254740992.0
    second = ((w2 >> 5) * 67108864.0 + (w3 >> 6) + 0.5) / 9007199254740992.0
    return first, second


@kernel
def uniform(seed: int, replication: int, entity: int, index: int, purpose: int) -> float:
    """Return the first uniform number in (0, 1) at this address."""
    return pair(seed, replication, entity, index, purpose)[0]


@kernel
def second_uniform(seed: int, replication: int, entity: int, index: int, purpose: int) -> float:
    """Return the second uniform number in (0, 1) at this address."""
    return pair(seed, replication, entity, index, purpose)[1]


@kernel
def exponential_quantile(u: float) -> float:
    """Return the quantile of the exponential law with mean one."""
    return -math.log(1.0 - u)


@rule
def exponential_gap(u: float, rate: float) -> float:
    """Return the time until the next event of a Poisson process of this rate."""
    return exponential_quantile(u) / rate


@pasted
def central_normal_quantile(u: float) -> float:
    """Return the quantile of the standard normal law for u within CENTRAL of a half; elsewhere it means nothing."""
    q = u - 0.5
    r = 0.180625 - q * q
    return (
        q
        * (((((((2.5090809287301226727e3 * r + 3.3430575583588128105e4) * r + 6.7265770927008700853e4) * r
               + 4.5921953931549871457e4) * r + 1.3731693765509461125e4) * r + 1.9715909503065514427e3) * r
            + 1.3314166789178437745e2) * r + 3.3871328727963666080e0)
        / (((((((5.2264952788528545610e3 * r + 2.8729085735721942674e4) * r + 3.9307895800092710610e4) * r
               + 2.1213794301586595867e4) * r + 5.3941960214247511077e3) * r + 6.8718700749205790830e2) * r
            + 4.2313330701600911252e1) * r + 1.0)
    )  # fmt: skip


@kernel
def normal_quantile(u: float) -> float:
    """Return the quantile of the standard normal law (Wichura, Algorithm AS 241, relative error 1e-16)."""
    q = u - 0.5
    if math.fabs(q) <= CENTRAL:
        return central_normal_quantile(u)
    r = u if q < 0.0 else 1.0 - u
    r = math.sqrt(-math.log(r))
    if r <= 5.0:
        r = r - 1.6
        value = (
            (((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r + 2.41780725177450611770e-1) * r
                 + 1.27045825245236838258e0) * r + 3.64784832476320460504e0) * r + 5.76949722146069140550e0) * r
              + 4.63033784615654529590e0) * r + 1.42343711074968357734e0)
            / (((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r + 1.51986665636164571966e-2) * r
                   + 1.48103976427480074590e-1) * r + 6.89767334985100004550e-1) * r + 1.67638483018380384940e0) * r
                + 2.05319162663775882187e0) * r + 1.0)
        )  # fmt: skip
    else:
        r = r - 5.0
        value = (
            (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 1.24266094738807843860e-3) * r
                 + 2.65321895265761230930e-2) * r + 2.96560571828504891230e-1) * r + 1.78482653991729133580e0) * r
              + 5.46378491116411436990e0) * r + 6.65790464350110377720e0)
            / (((((((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r + 1.84631831751005468180e-5) * r
                   + 7.86869131145613259100e-4) * r + 1.48753612908506148525e-2) * r + 1.36929880922735805310e-1) * r
                + 5.99832206555887937690e-1) * r + 1.0)
        )  # fmt: skip
    return -value if q < 0.0 else value


@kernel
def lognormal_quantile(u: float, median: float, sigma: float) -> float:
    """Return the quantile of the lognormal law with this median; `sigma` is the deviation of the logarithm."""
    if sigma == 0.0:
        return median
    return median * math.exp(sigma * normal_quantile(u))


@kernel
def share_quantile(u: float, mean: float) -> float:
    """Return the quantile of a share in (0, 1) with this mean: the Beta law B(m/(1-m), 1) or its mirror image.

    B(a, 1) has the distribution function x**a and the mean a/(a+1); its quantile is u**(1/a). Below a mean of one
    half the mirror image is used, so that the density stays bounded. A mean of zero or one is that constant.
    """
    if mean <= 0.0:
        return 0.0
    if mean >= 1.0:
        return 1.0
    if mean >= 0.5:
        return math.exp(math.log(u) * (1.0 - mean) / mean)
    return 1.0 - math.exp(math.log(1.0 - u) * mean / (1.0 - mean))
