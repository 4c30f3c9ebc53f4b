import type { Backend } from './index.js';

/** A handler for `node:http`; with `next`, a middleware that lets requests for other paths pass. */
export function toNodeHandler(
  backend: Backend,
): (request: any, response: any, next?: any) => Promise<void>;

/** `app.use(toExpress(backend))`, before or behind `express.json()` and `express.urlencoded()`. */
export function toExpress(backend: Backend): any[];

/** `fastify.register(toFastify(backend))`. */
export function toFastify(backend: Backend): (fastify: any) => Promise<void>;
