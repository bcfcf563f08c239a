"""When something is due: cues, a tempo by hand, time code, changes by chance."""
