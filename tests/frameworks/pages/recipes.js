// The recipes of docs/guide/frameworks.md in small apps of their frameworks.

import '@angular/compiler';

import { HttpClient, provideHttpClient, withInterceptors } from '@angular/common/http';
import { provideZonelessChangeDetection } from '@angular/core';
import { createApplication } from '@angular/platform-browser';
import { createTokenClient } from 'downscope';
import { firstValueFrom } from 'rxjs';
import { mount, unmount } from 'svelte';
import { createApp, h } from 'vue';

import { grantInterceptor } from '../recipes/angular.js';
import { grantStore } from '../recipes/svelte.js';
import { useGrant } from '../recipes/vue.js';
import File from './File.svelte';

const api = new URL(location.href).searchParams.get('api');
const root = document.querySelector('#root');
const options = { resource: `${api}/2.0/files/101`, scopes: ['base_preview', 'item_download'] };
const content = `${options.resource}/content`;

let client;
const openClient = () =>
  (client ??= createTokenClient({
    tokenEndpoint: '/api/token',
    revokeEndpoint: '/api/revoke',
    headers: { 'X-Downscope': '1' },
  }));

/** An app with two components of one grant each; `fetch` is theirs, `end` unmounts them. */
globalThis.apps = {
  vue() {
    let fetch;
    const Part = {
      setup() {
        const grant = useGrant(openClient, options);
        ({ fetch } = grant);
        return () => h('p', `${grant.status.value} ${grant.error.value?.code ?? ''}`);
      },
    };
    const app = createApp({ render: () => [h(Part), h(Part)] });
    app.mount(root);
    return { fetch, end: () => app.unmount() };
  },
  svelte() {
    const store = grantStore(openClient, options);
    const parts = [1, 2].map(() => mount(File, { target: root, props: { store } }));
    return { fetch: store.fetch, end: () => parts.forEach((part) => unmount(part)) };
  },
  async angular() {
    const grantFor = async (url) => (url.startsWith(api) ? (await openClient()).grant(options) : undefined);
    const app = await createApplication({
      providers: [provideZonelessChangeDetection(), provideHttpClient(withInterceptors([grantInterceptor(grantFor)]))],
    });
    return app.injector.get(HttpClient);
  },
};
globalThis.lab = {
  content,
  grant: async () => (await openClient()).grant(options),
  /** The status of an answer, or of the error that it is, by Angular's client. */
  get: (http, url = content) =>
    firstValueFrom(http.get(url, { observe: 'response', responseType: 'blob' })).then(
      ({ status }) => status,
      ({ status }) => status,
    ),
};
