// The same, as a module.

import { serveMedia } from '/pkg/media-worker.js';

serveMedia({ origins: async () => new URL(location.href).searchParams.getAll('origin') });

addEventListener('install', () => skipWaiting());
