"""The networks that are trained here and run, exported, in the engine. Needs torch."""
