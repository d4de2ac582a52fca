// An authorization server with the npm package oidc-provider on loopback: `node oidc_provider.mjs`, next to its
// node_modules. Prints its port, and runs until it is killed. One client per authentication method.
import http from 'node:http';
import { Provider } from 'oidc-provider';

const secret = process.env.SECRET;
const client = (id, method) => ({
  client_id: id, client_secret: secret, token_endpoint_auth_method: method,
  grant_types: ['client_credentials'], response_types: [], redirect_uris: [], scope: 'read',
});
const server = http.createServer();
server.listen(0, '127.0.0.1', () => {
  const provider = new Provider(`http://127.0.0.1:${server.address().port}`, {
    clients: [client('body', 'client_secret_post'), client('basic', 'client_secret_basic')],
    features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
    scopes: ['read'],
    ttl: { ClientCredentials: 120 },
  });
  server.on('request', provider.callback());
  console.log(server.address().port);
});
