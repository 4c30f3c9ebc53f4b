// @ts-check
'use client';
import { createContext, createElement, useContext, useMemo, useRef, useSyncExternalStore } from 'react';

/** @typedef {import('./index.js').Grant} Grant */
/** @typedef {import('./index.js').TokenClient} TokenClient */
/** @typedef {import('./react.js').GrantView} GrantView */
/** @typedef {ReturnType<typeof newSource>} Source */

const Context = createContext(/** @type {Source | undefined} */ (undefined));

/** @type {typeof import('./react.js').TokenProvider} */
export const TokenProvider = ({ client, children }) => {
  const held = useRef(/** @type {Source | undefined} */ (undefined));
  if (!held.current?.stays(client)) held.current = sources.get(client) ?? newSource(client);
  return createElement(Context.Provider, { value: held.current }, children);
};

/** @type {typeof import('./react.js').useGrant} */
export const useGrant = (resource, scopes) => {
  const source = useContext(Context);
  if (!source) throw new Error('useGrant needs a TokenProvider');
  const name = [resource, ...scopes].join(' ');
  return useSyncExternalStore(...useMemo(() => newStore(source, name, { resource, scopes }), [source, name]));
};

/** @type {WeakMap<object, Source>} One for whatever a provider is given, so that two of them have one client. */
const sources = new WeakMap();

/**
 * Where the client comes from. No render asks for it: what renders may be thrown away.
 *
 * @param {any} given
 */
const newSource = (given) => {
  /** @type {TokenClient | PromiseLike<TokenClient> | undefined} */
  let opening;
  /** @type {TokenClient | undefined} */
  let client;
  const source = {
    /** @type {Map<string, Grant>} Those in use, where a render can look. */
    grants: new Map(),

    async open() {
      if (client?.closed) client = opening = undefined;
      try {
        return (client = await (opening ??= typeof given === 'function' ? given() : given));
      } catch (error) {
        // The next one tries again.
        opening = undefined;
        throw error;
      }
    },

    /**
     * A function that is written in the render is another one each time, and would make one more
     * client. So the first one's stays until it is closed, as hot reloading does.
     *
     * @param {unknown} next
     */
    stays: (next) => typeof next === 'function' && !client?.closed,
  };
  sources.set(given, source);
  return source;
};

/** After these there may be something else to see. */
const TYPES = /** @type {const} */ (['error', 'expired', 'refreshed', 'revoked']);

/**
 * What a component sees of a grant, for `useSyncExternalStore`.
 *
 * @param {Source} source
 * @param {string} name
 * @param {import('./index.js').GrantOptions} options
 * @returns {[subscribe: (notify: () => void) => () => void, now: () => GrantView, atFirst: () => GrantView]}
 */
const newStore = (source, name, options) => {
  /** @type {AbortController | undefined} While somebody waits for a token. */
  let over;
  /** @type {ReturnType<typeof setTimeout> | undefined} Until it is tried again. */
  let timer;
  /** @type {any} While there is a component. */
  let notify;

  /** @type {any} The one that was opened last. */
  let grant = source.grants.get(name);

  const open = async () => {
    grant = (await source.open()).grant(options);
    if (source.grants.size > 1000) source.grants.clear();
    source.grants.set(name, grant);
    return grant;
  };

  /** @type {GrantView} */
  const atFirst = {
    status: 'loading',
    fetch: async (...given) => (await open()).fetch(...given),
    token: async (...given) => (await open()).token(...given),
    retry: () => notify && ask(view),
  };
  /** @type {any} */
  let view = grant?.peek() ? { ...atFirst, status: 'ready', grant } : atFirst;

  /**
   * @param {GrantView['status']} status
   * @param {any} [error]
   */
  const show = (status, error) => {
    clearTimeout(timer);
    over = undefined;
    if (error || status !== view.status) {
      view = { ...atFirst, status, error, grant };
      notify();
    }
    // Nobody else may be asking.
    if (error?.retryable) timer = setTimeout(ask, error.retryAfter ?? 1000);
  };

  // Always the same function: a grant that has it does not get it twice.
  const listener = (/** @type {any} */ { detail: { error, reason } }) => {
    if (/explicit|logout/.test(reason)) show('revoked');
    else if (!error) ask();
    // Whoever waits is told what becomes of it: there may be a next try.
    else if (!over && !grant.peek()) show('failed', error);
  };

  /**
   * In place of who asked before.
   *
   * @param {GrantView} [former] What a retry is to get over.
   */
  const ask = async (former) => {
    over?.abort();
    if (former) show('loading');
    const { signal } = (over = new AbortController());
    try {
      if (former && !former.error?.retryable) (await source.open()).resume();
      await open();
      if (!signal.aborted) TYPES.forEach((type) => grant.addEventListener(type, listener));
      await grant.token({ signal });
      if (!signal.aborted) show('ready');
    } catch (error) {
      // Of a revoke the event tells why.
      if (error?.code !== 'revoked' && !signal.aborted) show('failed', error);
    }
  };

  return [
    (changed) => {
      notify = changed;
      ask();
      return () => {
        clearTimeout(timer);
        over?.abort();
        notify = undefined;
        TYPES.forEach((type) => grant?.removeEventListener(type, listener));
      };
    },
    () => view,
    () => atFirst,
  ];
};
