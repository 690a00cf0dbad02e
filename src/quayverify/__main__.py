"""Run the verifier as `python -m quayverify`."""

from quayverify import main

main()
