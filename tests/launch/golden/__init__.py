"""The golden answers, one module a tool or a group of tools: what is expected, and where that is said.

A module defines ``CASES``; :mod:`tests.launch.golden_test` gathers all of them, so that a new tool's table is one
more file here. Expectations were read off the sources, never off the program's own answers.
"""
