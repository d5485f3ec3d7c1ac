"""UPPER FLOOR: the terminal explorer, the only room that knows textual.

It talks to the Explorer and to the records of the ground floor and the wings, never to the network.
"""

import gc
import os

# Textual reads both when it is first imported, and every import of this room comes through here. Frame rate is
# latency: a typed key waits for the next frame. Motion is off unless a person asks for it.
os.environ.setdefault("TEXTUAL_FPS", "240")
os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

# Collecting garbage while thousands of lasting objects are imported costs a tenth of the first frame.
_was_collecting = gc.isenabled()
gc.disable()
import textual.app  # noqa: E402, F401

gc.freeze()
if _was_collecting:
    gc.enable()
