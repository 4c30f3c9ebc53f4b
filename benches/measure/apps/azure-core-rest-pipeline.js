import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createEmptyPipeline,
  createPipelineRequest,
} from '@azure/core-rest-pipeline';

const credential = {
  getToken: async () => {
    const response = await fetch('/token', { method: 'POST' });
    const { access_token, expires_in } = await response.json();
    return { token: access_token, expiresOnTimestamp: Date.now() + expires_in * 1000 };
  },
};
const pipeline = createEmptyPipeline();
pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes: 'read' }));
globalThis.response = pipeline.sendRequest(
  createDefaultHttpClient(),
  createPipelineRequest({ url: 'https://api.example/' }),
);
