"""What was played, or is written, played again: on a stage and in films."""
