"""`python -m sim.web run app.py`: Streamlit, with the engine being made ready while the server starts."""

from streamlit.web.cli import main

from sim.web.ready import ROOM

if __name__ == "__main__":
    ROOM.start()
    main(prog_name="streamlit")
