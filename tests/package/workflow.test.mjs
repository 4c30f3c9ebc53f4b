// What a forge would run at a release, as far as that can be seen without one: that it is YAML,
// that its jobs follow each other, and that what it calls is there.

import assert from 'node:assert/strict';
import { access, readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { parseDocument } from 'yaml';

const root = new URL('../../', import.meta.url);
const text = await readFile(new URL('.github/workflows/release.yml', root), 'utf8');
const document = parseDocument(text, { strict: true, uniqueKeys: true });
const { jobs, ...workflow } = document.toJS();
const steps = Object.values(jobs).flatMap((job) => job.steps);

test('the workflow of a release is YAML without an error or a warning', () => {
  assert.deepEqual([...document.errors, ...document.warnings].map(String), []);
});

test('it says first that it is untried', () => {
  assert.match(text, /^# Untried: /);
});

test('a tag starts it, and nothing is published before every check has passed', () => {
  assert.deepEqual(workflow.on, { push: { tags: ['v*'] } });
  const before = (name) => [jobs[name].needs ?? []].flat().flatMap((other) => [other, ...before(other)]);
  const publishing = Object.keys(jobs).filter((name) =>
    jobs[name].steps.some(({ run }) => /\b(npm|cargo) publish\b/.test(run ?? '')),
  );
  assert.deepEqual(publishing, ['npm', 'crates']);
  for (const name of publishing) assert.ok(before(name).includes('check'), name);
});

test('every check runs on three systems', () => {
  const { matrix } = jobs.check.strategy;
  assert.deepEqual(
    matrix.include.map(({ system }) => system.split('-')[0]),
    ['ubuntu', 'macos', 'windows'],
  );
  assert.ok(jobs.check.steps.some(({ run }) => run === '.ci/run'));
});

test('what is published has a provenance', () => {
  const [npm] = steps.filter(({ run }) => run?.includes('npm publish'));
  assert.match(npm.run, /--provenance/);
  for (const name of ['files', 'npm', 'crates']) {
    assert.equal(jobs[name].permissions['id-token'], 'write', name);
  }
  assert.equal(workflow.permissions['id-token'], undefined, 'no other job may sign');
});

test('each step does one thing, by an action in a version or by a command that is there', async () => {
  const help = await readFile(new URL('xtask/src/main.rs', root), 'utf8');
  for (const step of steps) {
    assert.ok(!step.uses !== !step.run, JSON.stringify(step));
    if (step.uses) assert.match(step.uses, /^[\w-]+\/[\w-]+@v\d+$/);
    for (const [, command] of (step.run ?? '').matchAll(/cargo xtask (\S+)/g)) {
      assert.ok(help.includes(`(Some("${command}")`), command);
    }
  }
  await access(new URL('.ci/run', root));
});

test('the version of cargo deny is the one that a release is checked with', async () => {
  const source = await readFile(new URL('xtask/src/release/deny.rs', root), 'utf8');
  const [, version] = source.match(/version: "([\d.]+)"/);
  assert.ok(steps.some(({ run }) => run?.includes(`cargo-deny --version ${version} `)));
});
