// One of Box's widgets, as their documentation has it, with tokens from the package.

import { createTokenClient } from '/pkg/index.js';
import { boxScopes, boxTokens } from '/pkg/box.js';

const { api, widget, options, tokens } = JSON.parse(decodeURIComponent(location.hash.slice(1)));

const client = createTokenClient({ tokenEndpoint: '/api/token', revokeEndpoint: '/api/revoke' });
const box = boxTokens(client, { scopes: boxScopes.explorer, apiHost: api, ...tokens });

/** What the widget asked for, unless it has the function of the package itself. */
const asked = [];
const listening = (ids) => {
  asked.push(ids);
  return box.token(ids);
};

/** Loads the widget's script and style, and shows it. */
async function load() {
  await new Promise((resolve, reject) => {
    const { name } = widget;
    document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: `/buie/${name}.css` }));
    const script = Object.assign(document.createElement('script'), { src: `/buie/${name}.js`, onload: resolve, onerror: reject });
    document.head.append(script);
  });
  const shown = new globalThis.Box[widget.class]();
  show(shown, widget.isBare ? box.token : listening);
  return shown;
}

/** Called again it has React render the widget again. */
function show(shown, token) {
  const { requestInterceptor, responseInterceptor } = box;
  const common = { container: '#widget', apiHost: api, uploadHost: api, logoUrl: 'box', requestInterceptor, responseInterceptor };
  shown.show(widget.id, token, { ...common, ...options });
}

globalThis.page = { asked, box, client, show, shown: load() };
