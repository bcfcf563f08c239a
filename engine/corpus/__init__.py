"""Many recordings: listened to, fitted to a map of one's own, on one machine or on several."""
