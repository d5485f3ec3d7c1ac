"""One tool, one file: can it run this? does it fit? what is the command?"""
