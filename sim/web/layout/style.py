"""What the pages look like beyond the theme in .streamlit/config.toml."""

from __future__ import annotations

# Levers, key figures, the sentence and two charts on one screen of 1440 x 900; findings end at the same height.
_PAGE = """
[data-testid=stMainBlockContainer] { padding: 3.6rem 2.5rem 2rem; max-width: 84rem; }
[data-testid=stMainBlockContainer] > [data-testid=stVerticalBlock] { gap: .75rem; }
h1 { padding: .25rem 0 !important; }
[class*=st-key-finding-] h2 { font-size: 1.05rem; padding: 0 2.4rem 0 0; line-height: 1.35; }
.st-key-long-log table { min-width: 34rem; }
.st-key-long-log td:first-child { white-space: nowrap; }
.st-key-long-numbers table { min-width: 58rem; }
.st-key-long-numbers td:nth-child(6) { font-size: .8rem; min-width: 18rem; }
.st-key-long-numbers td:last-child, .st-key-long-numbers td:last-child * {
  overflow-wrap: anywhere; white-space: normal; font-size: .8rem; min-width: 9.5rem;
}
.st-key-long-numbers td, .st-key-long-log td { vertical-align: top; }
.st-key-wide-checks table, .st-key-wide-happened table { min-width: 52rem; }
.st-key-changelog h2 { font-size: 1.05rem; }
.st-key-finding-film, .st-key-finding-log, .st-key-finding-checks { min-height: 0 !important; }
.st-key-finding-log { margin: .75rem 0 .25rem; }
.st-key-finding-log h2, .st-key-finding-checks h2 { padding: 0; }
[data-testid=stMultiSelect] span[title] { color: light-dark(#FFFFFF, #0B141B) !important; }
[data-testid=stMultiSelect] span[title] { white-space: normal; }
[data-testid=stMultiSelect] [data-tag] { height: auto; min-height: 1.75rem; }
[data-testid=stMultiSelectTagsContainer] { max-height: none; }
[data-testid=stMultiSelect] span[title] ~ * { color: light-dark(#FFFFFF, #0B141B) !important; }
[class*=st-key-card-] h2 { font-size: 1.05rem; padding: 0; }
[class*=st-key-card-] [data-testid=stVerticalBlock] { gap: .4rem; }
.st-key-asked > * { flex: 1 1 15rem !important; }
[class*=st-key-kept-] { flex-wrap: nowrap !important; }
[class*=st-key-factor-] > * { flex: 1 1 15rem !important; }
[data-testid=stBaseButton-primary] { color: light-dark(#FFFFFF, #0B141B) !important; }
.st-key-figures > * { flex: 1 1 9.5rem !important; }
@media (min-width: 768px) {
  [class*=st-key-on-a-phone] { display: none; }
  [class*=st-key-finding-] { min-height: 2.9rem; justify-content: flex-end; }
}
@media (max-width: 767px) {
  [data-testid=stMainBlockContainer] { padding: 3.6rem 1rem 2rem; }
  h1 { font-size: 1.5rem !important; }
}
"""
# The field for a number stands at the right of the name of its lever, above the slider.
_LEVERS = """
[data-testid=stSidebarHeader] { height: 1.5rem; margin-bottom: 0; padding: 0; }
[data-testid=stSidebarUserContent] { padding: 0 0 2rem; }
[data-testid=stSidebarUserContent] [data-testid=stVerticalBlock] { gap: .8rem; }
[data-testid=stWidgetLabel], [data-testid=stWidgetLabel] p { color: light-dark(#0B141B, #F2F6F9) !important; }
[data-testid=stSidebar] h2 { font-size: 1.2rem; padding: .25rem 0; }
[class*=st-key-lever-] { position: relative; }
[class*=st-key-lever-] > :first-child { width: 100%; }
[class*=st-key-lever-] > :first-child [data-testid=stWidgetLabel] { padding-right: 4.1rem; min-height: 1.6rem; }
[class*=st-key-lever-] > :last-child { position: absolute; right: 0; top: -.3rem; width: 3.9rem; }
[class*=st-key-lever-] [data-testid=stTextInputRootElement] { height: 1.75rem; min-height: 0; }
.st-key-wire-begun, .st-key-wire-stamp { display: none; }
[class*=st-key-lever-] input { height: 100%; padding: .1rem .4rem; text-align: right; }
[class*=st-key-lever-] input:placeholder-shown { padding: .1rem .2rem; font-size: .72rem; }
"""
# On the page the heading says what the picture says at its top, so that is cut off there; the button stands beside it.
_CHARTS = """
[class*=st-key-finding-] { position: relative; z-index: 1; pointer-events: none; }
[class*=st-key-finding-] h2 { pointer-events: auto; }
[class*=st-key-plot-], [class*=st-key-plot-] div { pointer-events: none; }
[class*=st-key-plot-] .modebar-container, [class*=st-key-plot-] .modebar-container * { pointer-events: auto; }
[class*=st-key-plot-] .modebar-container { z-index: 2; width: auto !important; }
[class*=st-key-plot-] .modebar { background: transparent !important; }
"""
_ABOVE = (
    "[class*=st-key-plot-{n}-] {{ margin-top: calc(-{n}px - .5rem); }}"
    "[class*=st-key-plot-{n}-] .main-svg {{ clip-path: inset({n}px 0 0 0); }}"
    "[class*=st-key-plot-{n}-] .modebar-container {{ top: {m}px !important; }}"
)

STYLE = _PAGE + _LEVERS + _CHARTS + "".join(_ABOVE.format(n=n, m=n - 30) for n in range(58, 159, 20))
