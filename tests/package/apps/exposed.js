// For where a test runs scripts and no modules.
import * as downscope from 'downscope';

globalThis.downscope = downscope;
