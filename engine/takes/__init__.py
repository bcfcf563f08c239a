"""A performance as data: every hop of it, its sound, and what the stage was told."""
