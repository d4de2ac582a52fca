# Derived from openapi/translation.yaml with `nox -s regenerate`: never edit it.
"""Where the service is, as its document says."""

BASE_URL = "https://api.groupdocs.cloud/v2.0/translation"
TOKEN_URL = "https://id.groupdocs.cloud/connect/token"  # noqa: S105  (an address, not a secret)
