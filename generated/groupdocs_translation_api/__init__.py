# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
"""A client library for accessing GroupDocs.Translation Cloud API"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)
