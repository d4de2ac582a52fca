"""Benchmarks, each with a baseline in the same run: ``nox -s bench -- NAME``."""
