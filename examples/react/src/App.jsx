import { useState } from 'react';

import { openClient } from './client.js';
import { Preview } from './Preview.jsx';

/** A choice of files; each has a token of its own. */
export function App({ api, files }) {
  const [shown, show] = useState(files[1]);
  return (
    <main>
      <h1>downscope with React</h1>
      <p>
        {files.map((file) => (
          <button key={file.id} disabled={file === shown} onClick={() => show(file)}>
            {file.name}
          </button>
        ))}
        <button onClick={async () => (await openClient()).revokeAll()}>Sign out</button>
      </p>
      <Preview key={shown.id} resource={`${api}/${shown.id}`} type={shown.type} />
    </main>
  );
}
