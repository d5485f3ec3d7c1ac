"""Stories about the terminal explorer."""
