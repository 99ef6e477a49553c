#!/usr/bin/env python3
"""Draws docs/images/architecture.png; `make diagrams` installs what that needs."""

from diagram_drawing import draw
from diagram_tables import ARCHITECTURE

if __name__ == "__main__":
    draw(ARCHITECTURE)
