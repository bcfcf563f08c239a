"""`python -m engine` is the command `monochord`."""

from __future__ import annotations

from engine.cli.app import main

if __name__ == "__main__":
    main()
