"""EAST WING: arithmetic of memory and speed; which machine this is."""
