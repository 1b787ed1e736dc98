"""`python -m sim.web.studies.worker STUDY STORE CORES`: play a study with what visitors leave of the machine.

It prints a line of JSON for every step. When its input is closed it ends as by Ctrl+C, with all that is done kept: so
it ends when somebody stops it, and when the app is gone.
"""

from __future__ import annotations

import _thread
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

LEAST = 19
"""How much it gives way to others: as much as there is."""


def main(study: str, store: str, cores: str) -> None:
    """Play what the store does not hold yet, and say how it went."""
    if hasattr(os, "nice"):
        os.nice(LEAST)
    try:
        threading.Thread(target=_until_closed, daemon=True).start()  # from here on it may be told to stop
        _play(Path(study), Path(store), int(cores))
    except KeyboardInterrupt:
        _tell(ended="stopped")


def _play(study: Path, store: Path, cores: int) -> None:
    from sim.experiments.studies.run import run_study
    from sim.experiments.studies.store import StoreFull
    from sim.model.files.load import load_study
    from sim.model.problems import Halted, InputError

    try:
        result = run_study(
            load_study(study), store, workers=cores, progress=lambda done, total: _tell(done=done, total=total)
        )
    except StoreFull:
        _tell(ended="full")
    except InputError as error:
        _tell(ended="refused", why=[problem.message for problem in error.problems])
    except Halted as error:
        _tell(ended="refused", why=[str(error)])
    else:
        _tell(ended="stopped" if result.interrupted else "done")


def _until_closed() -> None:
    while os.read(sys.stdin.fileno(), 4096):  # not sys.stdin.read: Python could not end while that waits
        pass
    _thread.interrupt_main()


def _tell(**facts: Any) -> None:
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
