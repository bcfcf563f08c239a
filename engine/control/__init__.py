"""What comes from those who steer: orders by OSC, from the operator's page, from MIDI; one table of them, one guard."""
