// POST /api/token, /api/revoke and /api/lease.

import { backend } from '../../../lib/backend.js';

const handle = (request) => backend().handle(request);

export { handle as GET, handle as POST, handle as OPTIONS };
