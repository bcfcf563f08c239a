"""A show's file: its keys, what it brings to the stage, whom it speaks to."""
