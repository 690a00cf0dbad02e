"""Run the command line as `python -m quayledger.edge.cli`."""

from quayledger.edge.cli.main import main

main()
