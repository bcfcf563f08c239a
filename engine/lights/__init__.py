"""What leaves for consoles and VJ tools: every signal, by OSC."""
