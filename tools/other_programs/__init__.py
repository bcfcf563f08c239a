"""What starters.py writes for other programs: panels, patches, and the words that they share."""
