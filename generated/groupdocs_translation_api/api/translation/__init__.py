# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
"""Contains endpoint functions for accessing the API"""
