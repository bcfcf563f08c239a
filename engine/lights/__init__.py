"""What leaves by OSC: every signal for VJ tools, lights for consoles."""
