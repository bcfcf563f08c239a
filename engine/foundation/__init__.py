"""What the house stands on: child processes, shared memory, files, fonts, kernels, models."""
