"""A real show in processes of its own, watched from outside."""
