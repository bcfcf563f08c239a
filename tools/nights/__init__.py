"""What goes wrong on purpose on a night of faults.py, and the show that must bear it."""
