"""A wall of projectors that several machines draw: the one that plays leads, the others follow its frames."""
