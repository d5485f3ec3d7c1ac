"""Real engines read and run what is generated. Outside the default run: see ``tests/README.md``."""
