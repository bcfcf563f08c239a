"""The built-in recording: its tune and arrangement, and how it is played."""
