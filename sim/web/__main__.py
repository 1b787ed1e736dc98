"""`python -m sim.web`: serve the app, with the engine being made ready while the server starts."""

import argparse

from sim.streams import make_streams_last
from sim.web.answers.engine_ready import ROOM
from sim.web.serving.server import serve

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m sim.web", description="Serve the app.")
    parser.add_argument("--host", default="127.0.0.1", help="who may connect; 127.0.0.1 is this machine only")
    parser.add_argument("--port", type=int, default=None, help="8501 unless said otherwise, or the next that is free")
    parser.add_argument("--path", default="", help="serve under this path of the address")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    said = parser.parse_args()
    make_streams_last()  # who read the address may leave; the server stays
    ROOM.start()
    serve(said.host, said.port, under=said.path, browser=not said.no_browser)
