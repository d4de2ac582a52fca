"""Placeholder until the sandbox helper writes it."""
