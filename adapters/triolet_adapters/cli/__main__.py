"""`python -m triolet_adapters.cli`, where the command is not on the path."""

from triolet_adapters.cli import main

main()
