// The package itself, with its WebAssembly in a file of its own.

import { createTokenClient } from 'downscope/slim';

import { ours } from './support/ours.js';

export default ours('downscope-slim', createTokenClient);
