// An authorization server by the npm package oidc-provider, on loopback: `node oidc_provider.mjs`, beside its
// node_modules. Prints its port. One client for each way to authenticate; the port's owner ends it.
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
