"""Music on paper to learn from: phrases, who engraves them, how paper ages, how it is kept."""
