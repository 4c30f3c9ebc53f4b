import { Component } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';

const parameters = new URL(location.href).searchParams;

const ask = async () => {
  const { createTokenClient } = await (parameters.has('slim') ? import('downscope/slim') : import('downscope'));
  const client = await createTokenClient({ tokenEndpoint: parameters.get('endpoint')! });
  return client.grant({ scopes: ['read'] }).token();
};

@Component({ selector: 'app-root', template: '<p>app</p>' })
class App {
  constructor() {
    Object.assign(globalThis, { outcome: ask().catch(({ code, message }) => ({ code, message })) });
  }
}

bootstrapApplication(App);
