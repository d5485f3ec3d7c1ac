"""SOUTH WING: the same server, written for something other than a shell: one target, one file."""
