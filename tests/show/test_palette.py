"""The colours can be told from their page, and from each other."""

from __future__ import annotations

import pytest

from sim.model.policy.policy import PAYERS
from sim.show.base.palette import SCHEMES, contrast, palette

# Machado, Oliveira and Fernandes (2009), severity 1: protanopia, deuteranopia, tritanopia; on linear RGB.
BLINDNESS = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def lab(colour: str, seen: tuple[tuple[float, ...], ...] | None) -> tuple[float, float, float]:
    """A colour in CIE Lab, as someone with this vision sees it."""
    linear = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in linear]
    if seen is not None:
        linear = [min(1.0, max(0.0, sum(a * b for a, b in zip(row, linear, strict=True)))) for row in seen]
    r, g, b = linear
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
    )
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_colours_stand_out_from_their_page(scheme: str) -> None:
    p = palette(scheme)
    for colour in (*p.payers.values(), p.ransom, p.other, p.scenario, p.baseline, *p.lines):
        assert contrast(colour, p.background) >= 3.1, colour
    assert contrast(p.text, p.background) > 12


@pytest.mark.parametrize("scheme", SCHEMES)
def test_letters_on_a_tile_can_be_read(scheme: str) -> None:
    p = palette(scheme)
    assert all(contrast(p.ink_on(tile), tile) >= 4.5 for tile in p.tiles)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("seen", [None, *BLINDNESS])
def test_payers_stay_apart_for_everyone(scheme: str, seen: str | None) -> None:
    colours = list(palette(scheme).payers.values())
    matrix = BLINDNESS[seen] if seen else None
    for i, one in enumerate(colours):
        for other in colours[i + 1 :]:
            a, b = lab(one, matrix), lab(other, matrix)
            assert sum((p - q) ** 2 for p, q in zip(a, b, strict=True)) ** 0.5 > 8, (seen, one, other)


def test_every_payer_has_a_colour() -> None:
    assert all(set(palette(scheme).payers) == set(PAYERS) for scheme in SCHEMES)


def test_an_unknown_scheme_is_named() -> None:
    with pytest.raises(ValueError, match="light, dark"):
        palette("sepia")
