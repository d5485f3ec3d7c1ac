"""modelscope-tui: explore the Hugging Face Hub in a terminal."""

__version__ = "0.1.0"
