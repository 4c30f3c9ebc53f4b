// Box's API and an app's backend before it, on loopback, as far as the widgets go: folders
// of files, their content, and tokens that can be refused while they live.

import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

import { listen } from './listen.mjs';

const TYPES = { '.css': 'text/css', '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript' };

/** A picture of one pixel. */
const PICTURE = Buffer.from('R0lGODlhAQABAIAAAAUEBAAAACwAAAAAAQABAAACAkQBADs=', 'base64');

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': '*, authorization',
  'access-control-allow-methods': '*',
};

/**
 * `mounts` are the directories that the app serves, by their prefix. In each folder there are
 * `files` files; the one with the id 9 is in each of the others.
 */
export async function startBox(mounts, { files = 50 } = {}) {
  const box = {
    app: '',
    api: '',
    /** What was exchanged: the resource of each. */
    exchanges: [],
    /** Tokens that nobody has revoked. */
    alive: new Set(),
    /** Tokens that the API takes. */
    good: new Set(),
    /** Each request to the API, as `"GET /2.0/folders/0 200"`. */
    requests: [],
    /** Whether the backend answers at all. */
    isDown: false,
    /** How many of the next tokens the API refuses. */
    stillborn: 0,
    /** How long the backend takes, in milliseconds. */
    delay: 0,
    /** The API takes no token that there is by now. */
    refuseAll: () => box.good.clear(),
    reset() {
      Object.assign(box, { exchanges: [], requests: [], isDown: false, stillborn: 0, delay: 0 });
      box.alive.clear();
      box.good.clear();
    },
    async close() {
      await Promise.all([app.close(), api.close()]);
    },
  };
  const app = await listen((request, response) => serveApp(box, mounts, request, response));
  const api = await listen((request, response) => serveApi(box, files, request, response));
  box.app = app.origin;
  box.api = api.origin;
  return box;
}

async function serveApp(box, mounts, request, response) {
  const { pathname } = new URL(request.url, box.app);
  const body = Buffer.concat(await request.toArray()).toString();
  if (pathname === '/api/token') return exchange(box, JSON.parse(body), response);
  if (pathname === '/api/revoke') {
    for (const token of new URLSearchParams(body).getAll('token')) {
      box.alive.delete(token);
      box.good.delete(token);
    }
    return response.writeHead(204).end();
  }
  const prefix = Object.keys(mounts).find((prefix) => pathname.startsWith(prefix));
  const bytes = prefix && (await readFile(join(mounts[prefix], pathname.slice(prefix.length))).catch(() => {}));
  if (!bytes) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': TYPES[extname(pathname)] ?? 'application/octet-stream' }).end(bytes);
}

async function exchange(box, { resource }, response) {
  box.exchanges.push(resource);
  if (box.delay) await new Promise((resolve) => setTimeout(resolve, box.delay));
  if (box.isDown) return response.writeHead(503, { 'retry-after': '60' }).end();
  const token = `FAKE-${crypto.randomUUID()}`;
  box.alive.add(token);
  if (box.stillborn > 0) box.stillborn -= 1;
  else box.good.add(token);
  const body = { access_token: token, expires_in: 4175, token_type: 'bearer' };
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

async function serveApi(box, files, request, response) {
  await request.toArray();
  if (request.method === 'OPTIONS') return response.writeHead(204, CORS).end();
  const { pathname, searchParams } = new URL(request.url, box.api);
  const token = request.headers.authorization?.replace('Bearer ', '') ?? searchParams.get('access_token');
  const isCreated = request.method === 'POST';
  const status = box.good.has(token) ? (isCreated ? 201 : 200) : 401;
  box.requests.push(`${request.method} ${pathname} ${status}`);
  // As Box does it: no body.
  if (status === 401) return response.writeHead(401, CORS).end();
  if (request.method === 'POST' && pathname === '/api/2.0/files/content') {
    const body = { total_count: 1, entries: [file(box, '2001')] };
    return response.writeHead(201, { ...CORS, 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
  if (pathname.includes('/content')) {
    return response.writeHead(200, { ...CORS, 'content-type': 'image/gif' }).end(PICTURE);
  }
  const [, kind, id] = /^\/2\.0\/(\w+)\/(\w+)/.exec(pathname) ?? [];
  const body = { folders: () => folder(box, id, files), files: () => file(box, id), users: () => USER }[kind]?.();
  response.writeHead(body ? 200 : 404, { ...CORS, 'content-type': 'application/json' });
  response.end(JSON.stringify(body ?? { type: 'error', status: 404, code: 'not_found' }));
}

const USER = { type: 'user', id: '1', name: 'User', login: 'user@app.example' };

const PERMISSIONS = {
  can_delete: true,
  can_download: true,
  can_preview: true,
  can_rename: true,
  can_share: true,
  can_upload: true,
  can_annotate: true,
  can_comment: true,
};

function folder(box, id, count) {
  const below = { type: 'folder', id: '9', etag: '0', name: 'Folder 9', size: 0, permissions: PERMISSIONS, modified_at: '2026-01-01T00:00:00Z' };
  const files = Array.from({ length: count }, (_, place) => file(box, String(1001 + place)));
  const entries = id === '9' ? files : [below, ...files];
  return {
    type: 'folder',
    id,
    etag: '0',
    name: id === '0' ? 'All Files' : `Folder ${id}`,
    size: 0,
    parent: null,
    created_by: USER,
    modified_at: '2026-01-01T00:00:00Z',
    permissions: PERMISSIONS,
    path_collection: { total_count: 0, entries: [] },
    item_collection: {
      total_count: entries.length,
      offset: 0,
      limit: 50,
      order: [{ by: 'type', direction: 'ASC' }, { by: 'name', direction: 'ASC' }],
      entries,
    },
  };
}

function file({ api }, id) {
  const dimensions = '1024x1024';
  const content = { url_template: `${api}/2.0/files/${id}/content/{+asset_path}` };
  const entry = { representation: 'jpg', properties: { dimensions, paged: 'false' }, status: { state: 'success' }, content, info: { url: '' } };
  return {
    type: 'file',
    id,
    etag: '0',
    name: `File ${id}.jpg`,
    extension: 'jpg',
    size: 43,
    parent: { type: 'folder', id: '0', name: 'All Files' },
    created_at: '2026-01-01T00:00:00Z',
    modified_at: '2026-01-01T00:00:00Z',
    created_by: USER,
    modified_by: USER,
    owned_by: USER,
    permissions: PERMISSIONS,
    representations: { entries: [entry] },
    authenticated_download_url: `${api}/2.0/files/${id}/content`,
    is_download_available: true,
    file_version: { type: 'file_version', id: `${id}1` },
    shared_link: null,
    watermark_info: { is_watermarked: false },
    path_collection: { total_count: 0, entries: [] },
    version_number: '1',
  };
}
