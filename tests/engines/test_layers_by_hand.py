"""What every term of a layer takes, and every two of them together, worked out on paper.

Municipalities A and B each get six bills in all: 1,000 euro for A and then 1,000 for B on 11 January 2020 and on 1 June
2020, through one fallen supplier each time, and again on 11 January 2021. The layer stands first; what it does not take
the municipality pays. Of the two only A complies with the minimum standard.
"""

from __future__ import annotations

import datetime
import itertools

import pytest

from sim.engines import events as ev
from tests.by_hand import played, six

TERMS = {
    "share": 0.5,
    "first": 600,
    "limit_per_event": 400,
    "limit_per_year": 750,
    "common_cause_limit": 700,
    "budget": "crt",  # 1,300 euro a year, first come first served
    "requires": {"minimum_standard": True},
    "from": datetime.date(2020, 6, 1),
    "until": datetime.date(2020, 12, 31),
}

ALONE = {
    "share": [500, 500, 500, 500, 500, 500],  # half of each bill
    "first": [600, 600, 600, 600, 600, 600],  # looks at 600 of each
    "limit_per_event": [400, 400, 400, 400, 400, 400],
    "limit_per_year": [750, 750, 0, 0, 750, 750],  # 750 of the first bill, nothing is left for the second of the year
    "common_cause_limit": [700, 0, 700, 0, 700, 0],  # A takes all 700 of each fall
    "budget": [1000, 300, 0, 0, 1000, 300],  # A 1,000 of 1,300, B the 300 that are left; full again in 2021
    "requires": [1000, 0, 1000, 0, 1000, 0],  # only A complies
    "from": [0, 0, 1000, 1000, 1000, 1000],  # the second fall is on its first day
    "until": [1000, 1000, 1000, 1000, 0, 0],
}

PAIRS = {
    ("share", "first"): [300, 300, 300, 300, 300, 300],  # half of the first 600
    ("share", "limit_per_event"): [400, 400, 400, 400, 400, 400],  # half is 500, and 400 the most
    ("share", "limit_per_year"): [500, 500, 250, 250, 500, 500],  # 500 of 750, then the other 250
    ("share", "common_cause_limit"): [500, 200, 500, 200, 500, 200],  # 700 - 500 = 200 for B
    ("share", "budget"): [500, 500, 300, 0, 500, 500],  # 1,300 - 500 - 500 = 300 for the third
    ("share", "requires"): [500, 0, 500, 0, 500, 0],
    ("share", "from"): [0, 0, 500, 500, 500, 500],
    ("share", "until"): [500, 500, 500, 500, 0, 0],
    ("first", "limit_per_event"): [400, 400, 400, 400, 400, 400],  # 600, and 400 the most
    ("first", "limit_per_year"): [600, 600, 150, 150, 600, 600],  # 750 - 600 = 150
    ("first", "common_cause_limit"): [600, 100, 600, 100, 600, 100],  # 700 - 600 = 100
    ("first", "budget"): [600, 600, 100, 0, 600, 600],  # 1,300 - 600 - 600 = 100
    ("first", "requires"): [600, 0, 600, 0, 600, 0],
    ("first", "from"): [0, 0, 600, 600, 600, 600],
    ("first", "until"): [600, 600, 600, 600, 0, 0],
    ("limit_per_event", "limit_per_year"): [400, 400, 350, 350, 400, 400],  # 750 - 400 = 350
    ("limit_per_event", "common_cause_limit"): [400, 300, 400, 300, 400, 300],  # 700 - 400 = 300
    ("limit_per_event", "budget"): [400, 400, 400, 100, 400, 400],  # 1,300 - 3 x 400 = 100
    ("limit_per_event", "requires"): [400, 0, 400, 0, 400, 0],
    ("limit_per_event", "from"): [0, 0, 400, 400, 400, 400],
    ("limit_per_event", "until"): [400, 400, 400, 400, 0, 0],
    ("limit_per_year", "common_cause_limit"): [700, 0, 50, 650, 700, 0],  # A 750 - 700 = 50, which leaves 650 for B
    ("limit_per_year", "budget"): [750, 550, 0, 0, 750, 550],  # 1,300 - 750 = 550
    ("limit_per_year", "requires"): [750, 0, 0, 0, 750, 0],
    ("limit_per_year", "from"): [0, 0, 750, 750, 750, 750],  # the first fall took nothing of the limit
    ("limit_per_year", "until"): [750, 750, 0, 0, 0, 0],
    ("common_cause_limit", "budget"): [700, 0, 600, 0, 700, 0],  # 1,300 - 700 = 600 for the second fall
    ("common_cause_limit", "requires"): [700, 0, 700, 0, 700, 0],
    ("common_cause_limit", "from"): [0, 0, 700, 0, 700, 0],
    ("common_cause_limit", "until"): [700, 0, 700, 0, 0, 0],
    ("budget", "requires"): [1000, 0, 300, 0, 1000, 0],  # B does not comply, so the 300 wait for A
    ("budget", "from"): [0, 0, 1000, 300, 1000, 300],
    ("budget", "until"): [1000, 300, 0, 0, 0, 0],
    ("requires", "from"): [0, 0, 1000, 0, 1000, 0],
    ("requires", "until"): [1000, 0, 1000, 0, 0, 0],
    ("from", "until"): [0, 0, 1000, 1000, 0, 0],  # from the first of its days to the last
}


ASKED = {
    "the standard": {"minimum_standard": True},
    "a coverage": {"identity": 0.6},  # A gets twice as far with its euros: 1 - 0.5 x 0.5 = 75 %, B stays at 50 %
    "a programme": {"programme": "offer"},  # which A has taken up, and B has not yet
}
"""What can be asked of a municipality; A has it and B has not, whichever it is."""
HALFWAY = {
    "measures.identity.today": 0.5,
    "measures.identity.risk_ratio": 0,
    "measures.build_months": 0,
    "measures.decay_months": 0,
    "break_in.today": 0.5,
}


def shares(engine, names, asked="the standard"):
    """Return what Flanders and the municipality pay of the six bills under a layer with these terms."""
    world, drawn, more = {}, {"obedience": (0.1, 0.9)}, {}
    if asked == "a coverage":
        world, drawn, more = HALFWAY, drawn | {"maturity": (2, 1)}, {"prevention.local_spend": 5}
    if asked == "a programme":
        # of a grant of this name the dice of this future say 0.033 for A and 0.855 for B: at 0.3 a year A joins after
        # 0.11 years, in July 2019, and B after 2.85, in April 2022
        offer = {"id": "offer", "instrument": "matching", "share": 0.5, "hazard": 0.3}
        more = {"grants": [offer | {"from": datetime.date(2019, 6, 1)}]}
    terms = TERMS | {"requires": ASKED[asked]}
    values = more | {
        "budgets": {"crt": {"per_year": 1_300}},
        "prevention.minimum_standard": {"level": "basic", "compliance": 0.5},
        "cost_split.supplier_bill": [
            {"payer": "flanders"} | {name: terms[name] for name in names},
            {"payer": "municipality"},
        ],
    }
    outcome = played(engine, values, world=world, **drawn)
    assert (outcome.postings["cents"][outcome.postings["category"] < len(ev.CATEGORIES)] > 0).all()
    return six(outcome, "flanders"), six(outcome, "municipality")


def test_every_pair_is_there():
    assert list(PAIRS) == list(itertools.combinations(TERMS, 2))
    assert len(PAIRS) == 36


@pytest.mark.parametrize(
    ("names", "expected"),
    [*(((name,), expected) for name, expected in ALONE.items()), *PAIRS.items()],
    ids=lambda case: "-".join(case) if isinstance(case, tuple) else "",
)
def test_a_layer_takes_what_paper_says(engine, names, expected):
    flanders, municipality = shares(engine, names)
    assert flanders == expected
    assert municipality == [1000 - part for part in expected]


@pytest.mark.parametrize("asked", [one for one in ASKED if one != "the standard"])
@pytest.mark.parametrize("names", [("requires",), *(pair for pair in PAIRS if "requires" in pair)], ids="-".join)
def test_it_is_the_same_whatever_is_asked(engine, asked, names):
    """What B lacks may be the standard, a coverage or a programme: paper says the same."""
    expected = ALONE["requires"] if names == ("requires",) else PAIRS[names]
    flanders, municipality = shares(engine, names, asked)
    assert flanders == expected
    assert municipality == [1000 - part for part in expected]
