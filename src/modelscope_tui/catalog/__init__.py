"""GROUND FLOOR: what a model is, and how it is found. Knows no network and no screen."""
