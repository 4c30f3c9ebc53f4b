import ky from 'ky';

/** @param {import('downscope').Grant} grant */
export const kyWith = (grant) => ky.create({ fetch: (input, init) => grant.fetch(input, init) });
