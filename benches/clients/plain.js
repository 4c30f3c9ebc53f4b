// The same by hand, in plain JavaScript: what everything is compared with.

import { createClient } from '../plain/client.js';

import { ours } from './support/ours.js';

export default ours('plain', createClient);
