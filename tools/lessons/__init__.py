"""Sound to learn from: tunes, how they are played and by what, and the truth about it."""
