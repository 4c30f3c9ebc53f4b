// The package itself, with its WebAssembly inlined.

import { createTokenClient } from 'downscope';

import { ours } from './support/ours.js';

export default ours('downscope', createTokenClient);
