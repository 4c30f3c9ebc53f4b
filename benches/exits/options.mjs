// The command line.

import { parseArgs } from 'node:util';

import { ENGINES, EXITS, MEANS } from './matrix.mjs';

const USAGE = `\
What becomes of a page's tokens when it goes.

  --engine NAME    only this one; can be repeated, as can the next two
                   ${ENGINES.join(', ')}
  --exit NAME      ${EXITS.slice(0, 6).join(', ')},
                   ${EXITS.slice(6).join(', ')}
  --means NAME     ${MEANS.slice(0, 5).join(', ')};
                   where named: ${MEANS.slice(5).join(', ')}
  --runs N         runs of each exit of a tab (default 50)
  --hard-runs N    runs of each exit of a browser (default 10)
  --browsers N     browsers that are ended side by side (default 2)
  --busy N         processes that work beside them (default 0)
`;

export function readOptions(args) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        engine: { type: 'string', multiple: true, default: [] },
        exit: { type: 'string', multiple: true, default: [] },
        means: { type: 'string', multiple: true, default: [] },
        runs: { type: 'string', default: '50' },
        'hard-runs': { type: 'string', default: '10' },
        browsers: { type: 'string', default: '2' },
        busy: { type: 'string', default: '0' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) end(USAGE, 0);
    return {
      engine: known('engine', values.engine, ENGINES),
      exit: known('exit', values.exit, EXITS),
      means: known('means', values.means, MEANS),
      runs: whole('runs', values.runs),
      hardRuns: whole('hard-runs', values['hard-runs']),
      browsers: whole('browsers', values.browsers),
      busy: values.busy === '0' ? 0 : whole('busy', values.busy),
    };
  } catch (error) {
    end(`${error.message}\n\n${USAGE}`, 2);
  }
}

function known(name, values, all) {
  const stranger = values.find((value) => !all.includes(value));
  if (stranger) throw new Error(`--${name} ${stranger}: not one of ${all.join(', ')}`);
  return values;
}

function whole(name, value) {
  if (!/^[1-9]\d*$/.test(value)) throw new Error(`--${name} ${value}: not a number`);
  return Number(value);
}

function end(text, code) {
  (code ? process.stderr : process.stdout).write(text);
  process.exit(code);
}
