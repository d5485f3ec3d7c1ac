"""NORTH WING: the only room that knows huggingface_hub and diskcache."""
