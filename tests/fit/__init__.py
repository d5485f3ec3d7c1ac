"""Stories about memory, speed and machines."""
