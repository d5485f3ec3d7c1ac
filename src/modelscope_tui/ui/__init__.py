"""UPPER FLOOR: the terminal explorer; the only room that knows textual."""
