"""Where blocks come from: devices, files, tones; and the child process that owns the sound driver."""
