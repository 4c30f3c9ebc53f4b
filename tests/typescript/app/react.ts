// The component's view of a grant.

import { createElement, type ReactElement } from 'react';
import type { TokenError } from 'downscope';
import { TokenProvider, useGrant } from 'downscope/react';

export function Status(): ReactElement {
  const view = useGrant('https://api.example/1', ['read']);
  const error: TokenError | undefined = view.error;
  return createElement('p', null, view.status, error?.code);
}

export const app = createElement(TokenProvider, { client: Promise.reject() }, createElement(Status));

// @ts-expect-error: scopes are a list
export const misused = () => useGrant('https://api.example/1', 'read');
