"""Runs the command line as `python -m cinelake`."""

from cinelake.cli.app import main

if __name__ == "__main__":
    main()
