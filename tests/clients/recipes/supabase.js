import { createClient } from '@supabase/supabase-js';

/** @param {import('downscope').Grant} grant @param {string} url @param {string} key */
export const supabaseWith = (grant, url, key) =>
  createClient(url, key, {
    accessToken: () => grant.token(),
    global: { fetch: (input, init) => grant.fetch(input, init) },
  });
