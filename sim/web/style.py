"""What the pages look like beyond the theme in .streamlit/config.toml."""

from __future__ import annotations

# Levers, key figures, the sentence and two charts on one screen of 1440 x 900; findings end at the same height.
STYLE = """
[data-testid=stMainBlockContainer] { padding-top: 4.2rem; padding-bottom: 2rem; }
[data-testid=stSidebarHeader] { height: 2.5rem; margin-bottom: 0; }
[data-testid=stSidebar] h2 { font-size: 1.2rem; }
[class*=st-key-finding-] h2 { font-size: 1.05rem; padding: 0; line-height: 1.35; }
.st-key-figures > * { flex: 1 1 9.5rem !important; }
@media (min-width: 768px) {
  .st-key-on-a-phone { display: none; }
  [class*=st-key-finding-] { min-height: 2.9rem; justify-content: flex-end; }
}
"""
