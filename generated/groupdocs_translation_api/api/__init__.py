# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
"""Contains methods for accessing the API"""
