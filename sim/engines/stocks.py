"""Where each measure stands among the stocks of protection of a municipality."""

from __future__ import annotations

IDENTITY, HARDENING, DETECTION, AWARENESS, BACKUPS, CONTINUITY, EFFORT = range(7)
MEASURES = 6
