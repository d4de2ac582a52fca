# Derived from openapi/translation.yaml with `nox -s regenerate`: do not edit.
"""URLs of the service, from its document."""

BASE_URL = "https://api.groupdocs.cloud/v2.0/translation"
TOKEN_URL = "https://id.groupdocs.cloud/connect/token"  # noqa: S105  (a URL, not a secret)
