'use client';
import { createTokenClient } from 'downscope/slim';
import { useEffect } from 'react';

export default function Page() {
  useEffect(() => {
    const tokenEndpoint = new URL(location.href).searchParams.get('endpoint');
    globalThis.outcome ??= createTokenClient({ tokenEndpoint })
      .then((client) => client.grant({ scopes: ['read'] }).token())
      .catch(({ code, message }) => ({ code, message }));
  }, []);
  return <p>app</p>;
}
