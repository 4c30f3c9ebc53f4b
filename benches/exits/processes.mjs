// The processes of a browser, by what /proc says.

import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process and everything that it has started, itself first. */
export async function familyOf(pid) {
  const all = await processes();
  const found = all.filter((one) => one.pid === pid);
  for (const { pid: parent } of found) found.push(...all.filter((one) => one.parent === parent));
  return found;
}

/** Ends processes, in the order given, with nothing in between. */
export function kill(family, signal = 'SIGKILL') {
  for (const { pid } of family) {
    try {
      process.kill(pid, signal);
    } catch {
      // It went by itself.
    }
  }
}

/** Kills those that are still the ones they were. */
export async function killRest(family) {
  const alive = new Set((await processes()).map(identity));
  kill(family.filter((one) => alive.has(identity(one))));
}

/** Waits until none of them is left; false if that takes longer than `within`. */
export async function areGone(family, within = 30_000) {
  const deadline = performance.now() + within;
  for (;;) {
    const alive = new Set((await processes()).map(identity));
    if (!family.some((one) => alive.has(identity(one)))) return true;
    if (performance.now() > deadline) return false;
    await sleep(50);
  }
}

/** A pid can be given away again; together with the start it names one process. */
const identity = ({ pid, started }) => `${pid} ${started}`;

async function processes() {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(pids.map((pid) => look(pid).catch(() => undefined)));
  // A zombie is dead, though its parent has not heard yet.
  return all.filter((one) => one && one.state !== 'Z');
}

async function look(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name is in brackets and may hold anything, brackets too.
  const [before, name] = stat.match(/^\d+ \((.*)\) /s);
  const fields = stat.slice(before.length).split(' ');
  const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').join(' ').trim();
  return {
    pid: Number(pid),
    name,
    state: fields[0],
    parent: Number(fields[1]),
    started: fields[19],
    command,
  };
}
