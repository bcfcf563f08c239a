"""Music in numbers (jianpu), drawn to be learned from."""
