// Examples of the contract's requests and answers, by its schemas.

import Ajv from 'ajv/dist/2020.js';
import { parse } from 'yaml';

import { read } from './markdown.mjs';

const { components } = parse(read('contract/openapi.yaml'));
const ajv = new Ajv({ strict: false, validateFormats: false });
ajv.addSchema({ $id: 'contract', components });

/** What is wrong with an example, a request or the body of an answer; nothing if it fits. */
export function contract({ code, language }, name) {
  const text = language === 'http' ? code.slice(code.indexOf('\n\n')) : code;
  const value = /^\s*\{/.test(text) ? JSON.parse(text) : form(text);
  const isValid = ajv.validate(`contract#/components/schemas/${name}`, value);
  return isValid ? undefined : ajv.errorsText();
}

const REPEATED = ['token', 'handle', 'pending'];

function form(text) {
  const fields = new URLSearchParams(text.trim());
  return Object.fromEntries(
    [...fields.keys()].map((name) => [name, REPEATED.includes(name) ? fields.getAll(name) : fields.get(name)]),
  );
}
