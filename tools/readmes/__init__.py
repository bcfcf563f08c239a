"""What tools write into the READMEs, and where in them."""
