"""What bench.py and the commands that it runs are made of: jobs, figures, rows, the table, curves."""
