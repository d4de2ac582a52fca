"""The way from this tree to an installed package. Each module is one command that a nox session runs."""
