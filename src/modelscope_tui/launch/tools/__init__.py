"""SOUTH WING: one tool, one file; each answers: can you run it, does it fit, what is the command?"""
