#!/usr/bin/env python3
"""Draws docs/images/data-flow.png; `make diagrams` installs what that needs."""

from diagram_drawing import draw
from diagram_tables import DATA_FLOW

if __name__ == "__main__":
    draw(DATA_FLOW)
