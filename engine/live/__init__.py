"""A show at work: who takes part in it, what hands can do to it, what the operator sees of it."""
