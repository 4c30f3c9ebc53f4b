// Components as an app has them, which leave for the test what they see.

import { createTokenClient } from 'downscope';
import { boxTokens } from 'downscope/box';
import { TokenProvider, useGrant } from 'downscope/react';
import { memo, StrictMode, Suspense, useEffect, useMemo, useReducer, version } from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';

const resourceOf = (file) => `${globalThis.api ?? 'https://api.example'}/2.0/files/${file}`;

/** What the test looks at. */
const lab = {
  version,
  clients: [],
  opened: 0,
  views: [],
  widgets: [],
  complaints: [],
  statuses: () => lab.views.map(({ status }) => status),
  options: {},
  mount,
  hydrate,
  render: () => renderToString(<App />),
};
globalThis.lab = lab;

/** A function of a module, as `TokenProvider` wants it. */
async function openClient() {
  lab.opened += 1;
  const client = await createTokenClient({
    tokenEndpoint: '/api/token',
    revokeEndpoint: '/api/revoke',
    headers: { 'X-Downscope': '1' },
    ...lab.options,
  });
  lab.clients.push(client);
  return client;
}

/** What it sees of a grant, and a button. The list of scopes is another one at each render. */
function File({ file = '101' }) {
  const view = useGrant(resourceOf(file), ['base_preview', 'item_download']);
  lab.views.push(view);
  return (
    <p>
      {`${file} ${view.status} ${view.error?.code ?? ''}`}
      <button onClick={view.retry}>Try again</button>
    </p>
  );
}

/** Fetches without a look at the status. */
function Content() {
  const { fetch } = useGrant(resourceOf('101'), ['base_preview', 'item_download']);
  useEffect(() => {
    const controller = new AbortController();
    const load = async () => {
      const response = await fetch(`${resourceOf('101')}/content`, { signal: controller.signal });
      lab.content = response.status;
    };
    load().catch((error) => controller.signal.aborted || lab.complaints.push(String(error)));
    return () => controller.abort();
  }, [fetch]);
}

/** As an element of Box's: another function would be another user to it. */
const Widget = memo(({ token }) => {
  lab.widgets.push(token);
  return 'widget';
});

function Widgets() {
  const box = useMemo(() => boxTokens(openClient(), { scopes: ['base_preview'] }), []);
  return <Widget token={box.token} />;
}

/** It uses a grant, and never gets as far as being mounted. */
function Abandoned() {
  useGrant(resourceOf('101'), ['base_preview', 'item_download']);
  throw new Promise(() => {});
}

const Provider = ({ children }) => <TokenProvider client={openClient}>{children}</TokenProvider>;

const scenes = {
  one: () => <Provider><File /></Provider>,
  pair: () => <Provider><File /><File /></Provider>,
  another: () => <Provider><File file="102" /></Provider>,
  empty: () => <Provider />,
  providers: () => [<Provider key="1"><File /></Provider>, <Provider key="2"><File /></Provider>],
  // Written in the render, as one should not.
  inline: () => <TokenProvider client={() => openClient()}><File /><File /></TokenProvider>,
  given: () => <TokenProvider client={lab.given}><File /></TokenProvider>,
  content: () => <Provider><Content /></Provider>,
  widgets: () => <Widgets />,
  abandoned: () => <Suspense fallback="waiting"><Provider><Abandoned /></Provider></Suspense>,
  orphan: () => <File />,
};

/** Shows a scene; `lab.show(name)` changes it, and `lab.rerender()` renders it again. */
function App({ first = 'one' }) {
  const [scene, show] = useReducer((_, next) => ({ name: next }), { name: first });
  lab.show = show;
  lab.rerender = () => show(scene.name);
  return <main>{scenes[scene.name]()}</main>;
}

const onRecoverableError = (error) => lab.complaints.push(String(error));

function mount(first) {
  lab.root = createRoot(document.querySelector('#root'), { onRecoverableError });
  lab.root.render(<StrictMode><App first={first} /></StrictMode>);
}

/** Takes over what a server has rendered. */
function hydrate(rendered) {
  const root = document.querySelector('#root');
  root.innerHTML = rendered;
  lab.root = hydrateRoot(root, <App />, { onRecoverableError });
}

if (globalThis.document) globalThis.api = new URL(location.href).searchParams.get('api');
