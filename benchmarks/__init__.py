"""Measurements, each against its yardstick in one run: ``nox -s bench -- NAME``."""
