"""An authorization server with Authlib and Flask on loopback. Prints its port. Needs an interpreter with both."""

from __future__ import annotations

import os
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, grants
from flask import Flask, Response
from werkzeug.serving import make_server

SECRET = os.environ["SECRET"]


class Client(ClientMixin):
    """A client whose ID is its authentication method."""

    def __init__(self, client_id: str) -> None:
        self.client_id = client_id

    def get_client_id(self) -> str:
        return self.client_id

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Allow one authentication method per client."""
        return method == {"body": "client_secret_post", "basic": "client_secret_basic"}[self.client_id]

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "client_credentials"

    def get_allowed_scope(self, scope: str | None) -> str:
        """Return the allowed part of a scope."""
        return "read" if "read" in (scope or "").split() else ""


CLIENTS = {name: Client(name) for name in ("body", "basic")}


class Grant(grants.ClientCredentialsGrant):
    """The grant with both authentication methods."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_post", "client_secret_basic")


app = Flask(__name__)
app.config.update(OAUTH2_SCOPES_SUPPORTED=["read"])
server = AuthorizationServer(app, query_client=CLIENTS.get, save_token=lambda token, request: None)
server.register_grant(Grant)


@app.post("/token")
def issue() -> Any:
    response: Response = server.create_token_response()
    return response


if __name__ == "__main__":
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    listener = make_server("127.0.0.1", 0, app, threaded=True)
    print(listener.server_port, flush=True)
    listener.serve_forever()
