// POST /operator/recall takes tokens back; POST /operator/sweep, once a minute by a schedule,
// ends what a frozen instance has left. For whoever has OPERATOR_SECRET.

import { createHash, timingSafeEqual } from 'node:crypto';

import { backend } from '../../../lib/backend.js';

const tasks = {
  recall: async (request) => backend().recall(await request.json()),
  sweep: () => backend().sweep(),
};

export async function POST(request, { params }) {
  if (!isOperator(request)) return new Response(null, { status: 401 });
  const { what } = await params;
  if (!Object.hasOwn(tasks, what)) return new Response(null, { status: 404 });
  return Response.json(await tasks[what](request));
}

function isOperator(request) {
  const { OPERATOR_SECRET } = process.env;
  const digest = (text) => createHash('sha256').update(text).digest();
  const given = digest(request.headers.get('authorization') ?? '');
  return Boolean(OPERATOR_SECRET) && timingSafeEqual(given, digest(`Bearer ${OPERATOR_SECRET}`));
}
