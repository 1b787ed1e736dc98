"""The compiled engine beside vectorised numpy without a queue and without feedback: what risk tools on arrays do.

*Compared.* One future of the 300 municipalities over 10 years on one core: by the compiled engine, and by numpy on
many futures at once. `Bound` draws the same frequencies and severities as the engine: Poisson break-ins by
municipality and year, their class, dwell time, discovery, exfiltration, backups, ransom, cost and outages; supplier
compromises with their customers, payment frauds, waves of denial of service; costs flow through the layers of the
policy. It leaves the same outcomes: every key figure but the wait for a team, payments by payer and category, sums by
year, and own cost, cash cost, person-minutes and serious incidents by municipality.

*Why it is fair.* The bound may do what is fastest in numpy: successful break-ins are drawn directly rather than
attempts, and waves by binomial counts; normal and Poisson numbers come from numpy's own samplers, without an inverse
distribution function; the size of its batches is the best of some. In a world without what it leaves out, its mean
outcomes must agree with the engine's; that is checked here and in tests/test_benchmarks.py.

*What it does not show.* The bound is blind: it has no teams to wait for, no repeat attacks, no coverage that moves or
learns, no audits that are taken up, no down time in which nobody breaks in, no bursts of attempts after disclosures, no
season within a year. It has no common random numbers, so that policies cannot be compared on the same futures, and no
incident that could be explained. It works in floating-point cents, not whole ones, and keeps no digest of its ledger.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from _measure import arguments, header, interleaved, same_mean, spread

import sim
from sim.engines import events as ev
from sim.engines.compiled.engine import CompiledSetting
from sim.engines.reference.payments import Accounts
from sim.engines.setting import Setting
from sim.experiments.replicate import settings
from sim.model.policy.policy import PAYERS
from sim.results.outcomes import KPIS, summaries_of
from sim.rules import defence, incident, ransom, threat
from sim.rules.calendar import DAYS_PER_YEAR, MINUTES_PER_DAY, next_opening
from sim.rules.terms import PARTS_PER_MILLION

SEED = 2026
Array = np.ndarray
MUNICIPALITY = ev.MUNICIPALITY
WEEK = 7 * MINUTES_PER_DAY
HOURS = 1 << 14  # moments of the week among which the hour of an impact is drawn
POLICIES = ("status-quo-2020", "fifty-fifty")
WITHOUT = ("policy.grants=[]",)  # of the audits that municipalities take up over time
ENVIRONMENT = {
    "threat.repeat_factor": 1,
    "measures.learning": 0,
    "threat.attempts": 1,
    "threat.shock_factor": 1,
    "incident.significant": 0.1,
    "incident.severe": 0.03,
}
"""A world with little of what the bound leaves out: hardly anybody is hit while down, and nothing feeds back."""


class Outcomes(NamedTuple):
    """Outcomes of r futures of n municipalities over y years; money in cents."""

    kpis: Array  # (r, key figures), zero for the wait
    payments: Array  # (r, payers, categories)
    years: Array  # (r, y)
    own: Array  # (r, n)
    cash: Array  # (r, n)
    person_minutes: Array  # (r, n)
    serious: Array  # (r, n)


class Ledger:
    """Postings of some futures: summed by payer and category at once, by municipality and year at the end."""

    def __init__(self, bound: Bound, futures: int) -> None:
        self.bound, self.futures = bound, futures
        self.payments = np.repeat(bound.programmes.payments[None], futures, axis=0)
        self.cash: list[tuple[Array, Array]] = []  # (cell, cents); a cell is a municipality in a year of a future
        self.own: list[tuple[Array, Array]] = []

    def post(self, category: int, cents: Array, future: Array, cell: Array, minute: Array | float) -> None:
        """Let costs flow through the layers of their category."""
        self.cash.append((cell, cents))
        for payer, paid in self.bound.split(category, cents, minute):
            self.payments[:, payer, category] += np.bincount(future, paid, self.futures)
            if payer == MUNICIPALITY:
                self.own.append((cell, paid))

    def sums(self, postings: list[tuple[Array, Array]]) -> Array:
        """Return cents by future, municipality and year."""
        shape = (self.futures, self.bound.towns, self.bound.years)
        cells, cents = (np.concatenate(columns) for columns in zip(*postings, strict=True))
        return np.bincount(cells, cents, int(np.prod(shape))).reshape(shape)


class Serious(NamedTuple):
    """Significant and severe incidents, one entry each."""

    future: Array
    town: Array
    begun: Array  # minutes
    severe: Array


class Bound:
    """Annual losses of one policy in one world by numpy, many futures at a time."""

    def __init__(self, setting: Setting) -> None:
        world, choices = setting.world, setting.policy.choices
        levels = setting.all_stocks()[1]
        cap = defence.unprotected(world.defence)
        self.setting, self.world, self.choices = setting, world, choices
        self.towns, self.years = len(world.nis), len(world.year_starts) - 1
        self.people = world.inhabitants.astype(float)
        self.year_starts = np.array(world.year_starts, dtype=float)
        identity, hardening, detection, awareness, backups, continuity, effort = levels.T
        self.detection = detection
        succeeds = ransom.deterrence_factor(choices.ransom_rule, world.extortion) * np.array(
            [
                defence.break_in_probability(i, h, a, z, cap, world.defence)
                for i, h, a, z in zip(identity, hardening, awareness, effort, strict=True)
            ]
        )
        days = range(world.horizon // MINUTES_PER_DAY)
        intensity = [threat.day_intensity(day, world.start_day_of_year, world.threat) for day in days]
        year_of_day = np.searchsorted(self.year_starts, np.array(days) * MINUTES_PER_DAY, side="right") - 1
        by_year = np.bincount(year_of_day, intensity, self.years) / DAYS_PER_YEAR
        rates = np.array([threat.attempt_rate(people, world.threat) for people in self.people])
        self.break_ins = np.outer(rates * succeeds, by_year).ravel()  # (n x y) a municipality and year
        self.p_severe = np.array([incident.severe_probability(d, world.classes) for d in detection])
        self.p_serious = world.classes.significant + world.classes.severe
        self.p_lost = np.array([incident.backups_lost_probability(b, world.recovery) for b in backups])
        self.plan = np.array([incident.plan_factor(c, world.recovery) for c in continuity])
        self.p_fraud = np.array([defence.fraud_risk(a, world.defence) for a in awareness])
        self.notification = np.array([incident.notification_cents(p, world.bill) for p in world.inhabitants.tolist()])
        self.bill_size = np.array([threat.size_factor(p, world.bill.cost_size_elasticity) for p in self.people])
        self.demand_size = np.array([threat.size_factor(p, world.extortion.size_elasticity) for p in self.people])
        self.minor_bill = np.repeat(100 * world.bill.minor_cost * self.bill_size, self.years)
        self.cell_starts = np.tile(self.year_starts[:-1], self.towns)
        self.year_lengths = np.diff(self.year_starts)
        self.office_delay = self._office_delays()
        self.services = sorted({(restore, sum(w for w, r in world.services if r == restore))
                                for _, restore in world.services})  # fmt: skip
        self.programmes = self._programmes()
        for category, layers in enumerate(setting.policy.layers):
            if category not in ev.PROGRAMMES and any(
                x.has_yearly_limit or x.has_occurrence_limit or x.hangs_on_size or x.attachment > 0 for x in layers
            ):
                raise ValueError("the bound knows no limit of the year, of size, occurrence or event on such costs")

    def _office_delays(self) -> Array:
        """Return minutes until an office opens, at equally likely moments of the week of the attackers."""
        opening = np.array([next_opening(minute, 0) - minute for minute in range(WEEK)], dtype=float)
        pattern = self.world.threat
        weight = np.where(opening > 0, threat.offhours_weight(pattern), threat.office_weight(pattern))
        law = weight.cumsum() / weight.sum()
        return opening[np.searchsorted(law, (np.arange(HOURS) + 0.5) / HOURS)] * self.world.intrusion.offhours_delay

    def _programmes(self) -> Outcomes:
        """Return what is paid every year whatever happens."""
        accounts = Accounts(self.setting.policy.layers, self.world.year_starts)
        for year, start in enumerate(self.world.year_starts[:-1]):
            for town, category, amount in self.setting.programmes(year):
                accounts.post(start, int(self.world.nis[town]), category, amount, ev.NATIONAL)
        minute, nis, category, payer, cents, _ = np.array(accounts.postings).reshape(-1, 6).T
        town = np.searchsorted(self.world.nis, nis)
        year = np.searchsorted(self.year_starts, minute, side="right") - 1
        payments = np.zeros((len(PAYERS), len(ev.ENTRIES)))
        np.add.at(payments, (payer, category), cents)
        own = payer == MUNICIPALITY
        return Outcomes(
            kpis=np.empty(0),
            payments=payments,
            years=np.bincount(year, cents, self.years),
            own=np.bincount(town[own], cents[own], self.towns),
            cash=np.bincount(town, cents, self.towns),
            person_minutes=np.empty(0),
            serious=np.empty(0),
        )

    def split(self, category: int, cents: Array, minute: Array | float) -> list[tuple[int, Array]]:
        """Return what each payer pays of each cost."""
        layers = self.setting.policy.layers[category]
        parts, left = [], cents
        for layer in layers[:-1]:
            paid = np.minimum(left, layer.first) * (layer.share / PARTS_PER_MILLION)
            paid = np.minimum(paid, layer.limit_per_event) * ((layer.begins <= minute) & (minute < layer.ends))
            parts.append((layer.payer, paid))
            left = left - paid
        return [*parts, (layers[-1].payer, left)]

    def year_of(self, minute: Array) -> Array:
        """Return the year of each minute before the horizon."""
        return np.searchsorted(self.year_starts, minute, side="right") - 1

    def play(self, rng: np.random.Generator, futures: int) -> Outcomes:
        """Return the outcomes of some futures."""
        world, n, y = self.world, self.towns, self.years
        ledger = Ledger(self, futures)
        lost = np.zeros(futures * n)  # person-minutes

        counts = rng.poisson(self.break_ins, (futures, n * y))
        cell = np.repeat(np.arange(counts.size), counts.ravel())
        u = rng.random(len(cell))
        serious = u < self.p_serious
        minor = cell[~serious]
        future = minor // (n * y)
        inside = minor - future * (n * y)
        bill = self.minor_bill[inside] * np.exp(world.bill.minor_sigma * rng.standard_normal(len(minor)))
        ledger.post(ev.RECOVERY, bill, future, minor, self.cell_starts[inside])

        cell = cell[serious]
        place = cell // y
        future = place // n
        town, year = place - future * n, cell - place * y
        begun = self.year_starts[year] + rng.random(len(year)) * self.year_lengths[year]
        direct = Serious(future, town, begun, u[serious] < self.p_severe[town])
        lateral, events = self.suppliers(rng, futures, ledger, lost)
        intrusions = Serious(*(np.concatenate(pair) for pair in zip(direct, lateral, strict=True)))
        self.incidents(rng, intrusions, ledger, lost)
        self.frauds(rng, futures, ledger)
        waves = rng.poisson(world.threat.waves * world.horizon / MINUTES_PER_DAY / DAYS_PER_YEAR, futures)
        hits = rng.binomial(waves[:, None], world.spread.wave_hit, (futures, n))
        lost = lost.reshape(futures, n) + hits * (self.people * world.spread.wave_impact * world.spread.wave_minutes)

        where = intrusions.future * n + intrusions.town
        severe = np.bincount(intrusions.future, intrusions.severe, futures)
        by_town = np.bincount(where, minlength=futures * n).reshape(futures, n)
        break_ins = counts.sum(axis=1) + np.bincount(lateral.future, minlength=futures)
        return self.outcomes(ledger, lost, by_town, severe, break_ins, events)

    def incidents(self, rng: np.random.Generator, rows: Serious, ledger: Ledger, lost: Array) -> None:
        """Follow significant and severe incidents from break-in to normal."""
        world, horizon = self.world, float(self.world.horizon)
        future, town, severe = rows.future, rows.town, rows.severe
        size = len(town)
        dwell = np.floor(_lognormal(rng, world.intrusion.dwell_days, world.intrusion.dwell_sigma, size))
        impact = rows.begun + dwell * MINUTES_PER_DAY
        watched = rng.random(size) < self.detection[town]
        now = impact + np.where(watched, 0.0, self.office_delay[rng.integers(0, HOURS, size)])
        known = now < horizon
        taken = np.flatnonzero(known & (rng.random(size) < world.intrusion.exfiltration))
        self.pay(ledger, ev.NOTIFICATION, self.notification[town[taken]], future[taken], town[taken], now[taken])

        cost, time = self.plan[town], self.plan[town]
        hit = np.flatnonzero(severe)
        cost_factor, time_factor, now[hit] = self.extortion(rng, future[hit], town[hit], now[hit], ledger)
        cost[hit] *= cost_factor
        time[hit] *= time_factor
        b, o = world.bill, world.outage
        normal = rng.standard_normal((3, size))
        median = np.where(severe, 20_000.0 * b.severe_cost, b.significant_cost)
        sigma = np.where(severe, b.severe_sigma, b.significant_sigma)
        bill = 100 * median * np.exp(sigma * normal[0]) * self.bill_size[town] * cost
        days = np.where(severe, o.critical_days, o.significant_days) * np.exp(
            np.where(severe, o.critical_sigma, o.significant_days_sigma) * normal[1]
        )
        critical = np.minimum(days * time, o.longest_days) * MINUTES_PER_DAY
        full = np.minimum(o.full_days * np.exp(o.full_sigma * normal[2]) * time, o.longest_days) * MINUTES_PER_DAY
        full = np.where(severe, np.maximum(critical, full), critical)
        critical_back, full_back = now + critical, now + full

        known = np.flatnonzero(now < horizon)
        self.pay(ledger, ev.RESPONSE, bill[known] * b.response_share, future[known], town[known], now[known])
        due = np.minimum(critical_back, horizon - 1)[known]
        accrued = bill[known] * np.minimum(1.0, (horizon - now[known]) / (critical_back - now)[known])
        rest = 1.0 - b.response_share - b.lost_revenue_share
        self.pay(ledger, ev.RECOVERY, accrued * rest, future[known], town[known], due)
        self.pay(ledger, ev.LOST_REVENUE, accrued * b.lost_revenue_share, future[known], town[known], due)

        u = rng.random(size)
        share = np.where(severe, _share(u, o.systems_hit), _share(u, o.significant_systems_hit))
        minutes = np.zeros(size)
        for restore, weight in self.services:
            back = np.minimum(critical_back + restore * (full_back - critical_back), horizon)
            minutes += weight * np.maximum(0.0, back - impact)
        lost += np.bincount(future * self.towns + town, self.people[town] * share * minutes, len(lost))

    def extortion(
        self, rng: np.random.Generator, future: Array, town: Array, now: Array, ledger: Ledger
    ) -> tuple[Array, Array, Array]:
        """Return how backups and ransom change cost and time of severe incidents, and when that is decided."""
        e, r, size = self.world.extortion, self.world.recovery, len(town)
        lost = rng.random(size) < self.p_lost[town]
        recovered, decided = np.zeros(size), now
        rule = self.choices.ransom_rule
        if rule != ransom.NEVER:
            willing = rng.random(size) < np.where(lost, e.pay_backups_lost, e.pay_backups_ok)
            paying = willing
            if rule == ransom.WITH_APPROVAL:
                paying = willing & (rng.random(size) < self.choices.approval_rate)
                decided = np.where(willing, now + self.choices.approval_minutes, now)
            pays = np.flatnonzero(paying & (decided < self.world.horizon))
            demand = self.demand_size[town[pays]] * _lognormal(rng, e.demand, e.demand_sigma, len(pays))
            self.pay(ledger, ev.RANSOM, 100 * e.paid_fraction * demand, future[pays], town[pays], decided[pays])
            recovered[pays] = _share(rng.random(len(pays)), e.data_recovered)
        today = incident.backups_lost_probability(r.backups_today, r)
        cost, time = (
            np.where(lost, 1.0 + (worst - 1.0) * (1.0 - recovered), 1.0) / (1.0 + today * (worst - 1.0))
            for worst in (r.backup_cost_factor, r.backup_time_factor)
        )
        return cost, time, decided

    def suppliers(self, rng: np.random.Generator, futures: int, ledger: Ledger, lost: Array) -> tuple[Serious, Array]:
        """Cut off the customers of compromised suppliers; return those who are infected, and the number of events."""
        world, spread, team = self.world, self.world.spread, self.world.team
        customers = self.setting.structure.customers
        events = rng.poisson(
            world.threat.supplier_rate * len(customers) * world.horizon / MINUTES_PER_DAY / DAYS_PER_YEAR, futures
        )
        event_future = np.repeat(np.arange(futures), events)
        supplier = rng.integers(0, len(customers), len(event_future))
        when = rng.random(len(supplier)) * world.horizon
        full = supplier < world.full_it_suppliers
        days = np.where(full, spread.outage_days_full, spread.outage_days_saas) * np.exp(
            spread.outage_sigma * rng.standard_normal(len(supplier))
        )
        out = np.minimum(days, world.outage.longest_days) * MINUTES_PER_DAY
        impact = np.where(full, spread.impact_full, spread.impact_saas)
        event, town = np.nonzero(customers[supplier] & (rng.random((len(supplier), self.towns)) < spread.supplier_hit))
        future, begun = event_future[event], when[event]
        bill = 100 * spread.bill_per_inhabitant * self.people[town] * impact[event]
        if spread.impact_full > 0.0:
            self.pay(ledger, ev.SUPPLIER_BILL, bill / spread.impact_full, future, town, begun)
        infected = rng.random(len(town)) < spread.lateral
        cut = ~infected
        outage = out[event]
        work = team.days_supplier * (rng.standard_exponential(len(town)) if team.exponential else 1.0)
        outage = np.where(full[event], np.maximum(outage, MINUTES_PER_DAY * work), outage)
        missed = np.minimum(outage, world.horizon - begun) * impact[event] * self.people[town]
        lost += np.bincount((future * self.towns + town)[cut], missed[cut], len(lost))
        severe = rng.random(int(infected.sum())) < self.p_severe[town[infected]] / self.p_serious
        return Serious(future[infected], town[infected], begun[infected], severe), events

    def frauds(self, rng: np.random.Generator, futures: int, ledger: Ledger) -> None:
        """Post the payment frauds that work."""
        world = self.world
        years = world.horizon / MINUTES_PER_DAY / DAYS_PER_YEAR
        future = np.repeat(np.arange(futures), rng.poisson(world.threat.fraud_rate * self.towns * years, futures))
        town = rng.integers(0, self.towns, len(future))
        works = rng.random(len(future)) < self.p_fraud[town]
        future, town = future[works], town[works]
        loss = 100 * _lognormal(rng, world.spread.fraud_loss, world.spread.fraud_sigma, len(town))
        self.pay(ledger, ev.FRAUD_LOSS, loss, future, town, rng.random(len(town)) * world.horizon)

    def pay(self, ledger: Ledger, category: int, cents: Array, future: Array, town: Array, minute: Array) -> None:
        """Post costs at their minutes."""
        cell = (future * self.towns + town) * self.years + self.year_of(minute)
        ledger.post(category, cents, future, cell, minute)

    def outcomes(
        self, ledger: Ledger, lost: Array, serious: Array, severe: Array, break_ins: Array, events: Array
    ) -> Outcomes:
        """Return the sums as outcomes."""
        world = self.world
        cash, own = ledger.sums(ledger.cash), ledger.sums(ledger.own)
        limit = world.distress_share * world.operating_spend * 100.0 * self.people
        years = cash.sum(axis=1) + self.programmes.years
        payments = ledger.payments
        spent = payments.sum(axis=(1, 2))
        prevention = payments[:, :, list(ev.PROGRAMMES)].sum(axis=(1, 2))
        minutes = lost.sum(axis=1)
        figures = {
            "cash_cost_eur": spent / 100,
            **{f"cost_{payer}_eur": payments[:, place].sum(axis=1) / 100 for place, payer in enumerate(PAYERS)},
            "prevention_cost_eur": prevention / 100,
            "incident_cost_eur": (spent - prevention) / 100,
            "ransom_paid_eur": payments[:, :, ev.RANSOM].sum(axis=1) / 100,
            "citizen_harm_eur": minutes / MINUTES_PER_DAY * world.outage.value_of_service_day,
            "outage_person_days": minutes / MINUTES_PER_DAY,
            "break_ins": break_ins,
            "significant_incidents": serious.sum(axis=1) - severe,
            "severe_incidents": severe,
            "supplier_events": events,
            "team_wait_days_mean": np.zeros(ledger.futures),
            "worst_year_cost_eur": years.max(axis=1) / 100,
            "municipalities_in_distress": (own.max(axis=2) > limit).sum(axis=1),
            "unpaid_claims_eur": np.zeros(ledger.futures),
        }
        return Outcomes(
            kpis=np.stack([figures[name] for name in KPIS], axis=1),
            payments=payments,
            years=years,
            own=own.sum(axis=2) + self.programmes.own,
            cash=cash.sum(axis=2) + self.programmes.cash,
            person_minutes=lost,
            serious=serious,
        )


def _lognormal(rng: np.random.Generator, median: float, sigma: float, size: int) -> Array:
    return median * np.exp(sigma * rng.standard_normal(size))


def _share(u: Array, mean: float) -> Array:
    """Return the quantiles of a share with this mean (see `sim.rules.chance.share_quantile`)."""
    if mean <= 0.0 or mean >= 1.0:
        return np.full(len(u), min(1.0, max(0.0, mean)))
    if mean >= 0.5:
        return np.exp(np.log(u) * ((1.0 - mean) / mean))
    return 1.0 - np.exp(np.log(1.0 - u) * (mean / (1.0 - mean)))


def main() -> None:
    """Print milliseconds a future and ratios."""
    quick = arguments(__doc__).quick
    rounds, chunk, tried = (2, 10, (10,)) if quick else (15, 100, (25, 50, 100, 200))
    header("numba")
    world = sim.load_world("flanders-2020")
    rng = np.random.Generator(np.random.SFC64(SEED))
    for policy in POLICIES:
        setting = settings(world, [sim.load_policy(policy, WITHOUT)], 2 if quick else 10)[0]
        compiled, bound = CompiledSetting(setting, SEED), Bound(setting)
        compiled.chunk(0, 1)  # compiles, or loads what was compiled
        work = {f"bound {size}": lambda _, size=size, bound=bound: bound.play(rng, size) for size in tried}
        trial = interleaved(rounds // 2 + 1, work)
        size = min(tried, key=lambda size: spread(trial[f"bound {size}"] / size).median)
        seconds = interleaved(
            rounds,
            {
                "compiled": lambda number, engine=compiled: summaries_of(engine.chunk(number * chunk, chunk), 0),
                "bound": lambda _, bound=bound, size=size: [bound.play(rng, size) for _ in range(chunk // size or 1)],
            },
        )
        each = {"compiled": seconds["compiled"] / chunk, "bound": seconds["bound"] / (size * (chunk // size or 1))}
        print(f"{policy}, the bound in batches of {size}")
        for name, time in each.items():
            print(f"  {name:<10} {spread(1e3 * time).show('7.3f')} ms a future")
        ratio = spread(each["compiled"] / each["bound"])
        print(f"  the engine takes {ratio.show('.1f')} times as long as the bound (at most 4 wanted)")
    futures = 20 if quick else 400
    for kpi, said in agreement(world.with_values(ENVIRONMENT), futures).items():
        print(f"without feedback, {kpi}: {said}")


def agreement(world: sim.World, futures: int) -> dict[str, str]:
    """Return how near the engine and the bound are for each key figure that varies; fail where they are too far apart.

    There are no teams to wait for; the world should leave out what else the bound does (see ENVIRONMENT).
    """
    policy = sim.load_policy("fifty-fifty", WITHOUT).with_values(
        {"response.teams": "unlimited", "ransom.rule": "with_approval", "ransom.approval_rate": 0.5}
    )
    setting = settings(world, [policy], None)[0]
    engine = np.array([one.kpis for one in summaries_of(CompiledSetting(setting, SEED).chunk(0, futures), 0)])
    bound = Bound(setting).play(np.random.Generator(np.random.SFC64(1)), futures).kpis
    return {
        kpi: f"{engine[:, place].mean():,.4g} and {bound[:, place].mean():,.4g}, "
        + same_mean(engine[:, place], bound[:, place])
        for place, kpi in enumerate(KPIS)
        if kpi != "team_wait_days_mean" and np.ptp(engine[:, place]) > 0
    }


if __name__ == "__main__":
    main()
