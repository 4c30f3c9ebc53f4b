// Renders contract/openapi.yaml into docs/reference/contract.md: `node site/contract.mjs`.

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { parse } from 'yaml';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export async function rendered() {
  const contract = parse(await readFile(here('../contract/openapi.yaml'), 'utf8'));
  const { info, paths, components } = contract;
  const used = new Map();
  const parts = [
    '# The contract',
    `Rendered from [\`contract/openapi.yaml\`](../../contract/openapi.yaml), version ${info.version}, by \`node site/contract.mjs\`.`,
    '[Its rules in words](../../contract/README.md) say what is easy to get wrong.',
    info.description.trim(),
    ...Object.entries(paths).map(([path, { post }]) => operation(path, post, components, used)),
    '## Answers',
    ...Object.entries(components.responses).map(([name, response]) => answer(name, response)),
    '## Schemas',
    ...Object.entries(components.schemas).map(([name, schema]) => described(name, schema)),
  ];
  return `${parts.join('\n\n')}\n`;
}

function operation(path, { summary, description, security, parameters = [], requestBody, responses }) {
  const [[type, body]] = Object.entries(requestBody.content);
  const needs = security.length > 0 ? "The app's cookie session." : 'No cookie and no header.';
  return [
    `## POST ${path}`,
    summary,
    description.trim(),
    table(['header', 'required', 'value', ''], parameters.map((parameter) => [
      `\`${parameter.name}\``,
      parameter.required ? 'yes' : 'no',
      kind(parameter.schema),
      oneLine(parameter.description),
    ])),
    `**Needs:** ${needs} **Body:** \`${type}\`, ${reference(body.schema)}.`,
    ...examples(body.examples, type, body.schema, path),
    table(['status', 'answer'], Object.entries(responses).map(([status, { $ref }]) => [status, linked($ref)])),
  ].filter(Boolean).join('\n\n');
}

function answer(name, { description, headers, content = {} }) {
  const [[type, body] = []] = Object.entries(content);
  return [
    `### ${name}`,
    description.trim(),
    `Headers: ${Object.keys(headers).map((header) => `\`${header}\``).join(', ')}.${body ? ` Body: \`${type}\`, ${reference(body.schema)}.` : ' No body.'}`,
    ...examples(body?.examples, type, body?.schema),
  ].join('\n\n');
}

function examples(all = {}, type, schema, path) {
  return Object.values(all).map(({ summary, value }) => {
    const name = schema.$ref.split('/').pop();
    const isForm = type.endsWith('urlencoded');
    const [language, text] = isForm ? ['http', `POST ${path}\nContent-Type: ${type}\n\n${form(value)}`] : ['json', JSON.stringify(value, null, 2)];
    const held = `<!-- held: ${language} ${name} -->\n\`\`\`${language}\n${text}\n\`\`\``;
    return summary ? `${summary}:\n\n${held}` : held;
  });
}

const form = (fields) =>
  Object.entries(fields)
    .flatMap(([name, value]) => [value].flat().map((one) => `${name}=${encodeURIComponent(one)}`))
    .join('&');

function described(name, schema) {
  const required = schema.required ?? [];
  const rows = Object.entries(schema.properties ?? {}).map(([field, of]) => [
    `\`${field}\``,
    required.includes(field) ? 'yes' : 'no',
    kind(of),
    oneLine(of.description),
  ]);
  const alternatives = schema.oneOf?.map(({ $ref }) => linked($ref)).join(' or ');
  return [
    `### ${name}`,
    schema.description?.trim() ?? schema.title ?? '',
    rows.length === 0 ? `${alternatives ?? kind(schema)}.` : table(['field', 'required', 'value', ''], rows),
    schema.anyOf && `At least one of ${schema.anyOf.map(({ required: [one] }) => `\`${one}\``).join(', ')}.`,
    ...Object.entries(schema.dependentRequired ?? {}).map(([field, [needed]]) => `\`${field}\` needs \`${needed}\`.`),
  ].filter(Boolean).join('\n\n');
}

/** What a value is, in a cell. */
function kind(schema) {
  if (schema.$ref) return linked(schema.$ref);
  if ('const' in schema) return `\`${schema.const}\``;
  if (schema.oneOf) return schema.oneOf.map(kind).join(', or ');
  if (schema.enum) return schema.enum.map((one) => `\`${one}\``).join(', ');
  if (schema.type === 'array') return `a list: ${kind(schema.items)}`;
  const limits = [
    [schema.type].flat().filter(Boolean).join(' or '),
    schema.minimum !== undefined && `${schema.minimum} or more`,
    schema.maximum !== undefined && `${schema.maximum} at the most`,
    schema.maxLength && `${schema.maxLength} characters at the most`,
    schema.pattern && `\`${schema.pattern.replaceAll('|', '\\|')}\``,
  ];
  return limits.filter(Boolean).join(', ') || 'anything';
}

const reference = (schema) => (schema.$ref ? linked(schema.$ref) : kind(schema));

function linked(path) {
  const name = path.split('/').pop();
  return `[${name}](#${name.toLowerCase()})`;
}

const oneLine = (text = '') => text.trim().replaceAll(/\s+/g, ' ').replaceAll('|', '\\|');

const table = (head, rows) =>
  rows.length > 0 && [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

if (process.argv[1] === here('contract.mjs')) {
  await writeFile(here('../docs/reference/contract.md'), await rendered());
}
