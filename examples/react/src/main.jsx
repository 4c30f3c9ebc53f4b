import { TokenProvider } from 'downscope/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { App } from './App.jsx';
import { openClient } from './client.js';

// Of the demo's server: a sign-in, and where its file API is. An app of your own has both.
await fetch('/api/login', { method: 'POST' });
const { apiOrigin, files } = await (await fetch('/config.json')).json();

createRoot(document.querySelector('#root')).render(
  <StrictMode>
    <TokenProvider client={openClient}>
      <App api={`${apiOrigin}/2.0/files`} files={files} />
    </TokenProvider>
  </StrictMode>,
);
