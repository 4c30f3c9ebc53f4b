// The bearer policy of @azure/core-rest-pipeline, with a credential as an app with
// an endpoint of its own would write it. The policy has no way to a token alone:
// a call takes a request to an API that answers at once, and reads its header.

import {
  bearerTokenAuthenticationPolicy,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
} from '@azure/core-rest-pipeline';

import { addressOf, range, scopeOf } from './support/address.js';

const BEARER = 'Bearer '.length;

/** An API that never sees the network. */
const api = {
  sendRequest: async (request) => ({ request, status: 200, headers: createHttpHeaders() }),
};

export default {
  id: 'azure-core-rest-pipeline',
  store: 'memory',
  note: 'has a credential that an app would write, of ten lines',
  can: {
    peek: false,
    header: true,
    grants: 10_000,
    length: 1,
    why: { peek: 'a token is reached through a request only' },
  },
  // It refreshes behind the callers from 120 seconds before expiry on.
  inWindow: 60,

  async open({ grants = 1, ...wanted }) {
    const address = addressOf(wanted);
    const pipelines = range(grants).map((i) => {
      const pipeline = createEmptyPipeline();
      const credential = { getToken: () => askFor(address) };
      pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes: scopeOf(i) }));
      return pipeline;
    });
    const header = async (i) => {
      const request = createPipelineRequest({ url: 'https://api.example/' });
      await pipelines[i].sendRequest(api, request);
      return request.headers.get('authorization');
    };
    return {
      token: async (i) => (await header(i)).slice(BEARER),
      header,
      close: async () => {},
    };
  },
};

async function askFor(address) {
  const sent = Date.now();
  const response = await fetch(`${address}/token`, { method: 'POST' });
  if (!response.ok) throw new Error(`status ${response.status}`);
  const { access_token, expires_in } = await response.json();
  return { token: access_token, expiresOnTimestamp: sent + expires_in * 1000 };
}
