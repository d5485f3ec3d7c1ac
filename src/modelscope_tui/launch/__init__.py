"""SOUTH WING: model and machine become a verdict and a command. Pure."""
