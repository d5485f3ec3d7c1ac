"""Benchmarks that anyone can run: `python -m tests.bench start`, `python -m tests.bench keys`.

Figures are ratios within one run where two programs are compared: machines differ and are shared.
Compile first (`python -m compileall -q src`): without bytecode every import counts four times.
"""
