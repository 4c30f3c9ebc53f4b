// *204 was said* implies *dead*: for any order of minting, answering, revoking, withdrawing, crashing
// and restarting, through `handle(request)` as a page's request comes to it, against an authorization
// server that knows what is alive. A seed chooses all of it, time passes where it says so, and each
// failure names its seed: DOWNSCOPE_SEED=7 DOWNSCOPE_LIVES=1 leads that life alone.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { memory } from './support/backend.mjs';
import { takeTime } from './support/model/clock.mjs';
import { live } from './support/model/lives.mjs';

const SEED = Number(process.env.DOWNSCOPE_SEED ?? 8693);
const LIVES = Number(process.env.DOWNSCOPE_LIVES ?? 150);

const clock = takeTime();
/** A store in memory: what it has goes with its instance. */
const open = ({ isFirst }) => ({ store: memory({ isFirst }), lose() {} });

async function each(lead, found) {
  for (let seed = SEED; seed < SEED + LIVES; seed += 1) {
    const world = await lead(seed);
    const wrong = found(world);
    assert.deepEqual(wrong, [], `DOWNSCOPE_SEED=${seed}\n${world.trace.join('\n')}`);
  }
}

test('what is said to be dead is dead, through crashes that lose everything', async () => {
  const said = { 202: 0, 204: 0 };
  await each(
    (seed) => live(seed, { clock, open }),
    (world) => {
      said[204] += world.said.length;
      said[202] += world.takenOver.length;
      return world.lies;
    },
  );
  // Else there was nothing to find.
  const least = LIVES / 2;
  if (LIVES > 100) assert.ok(said[204] > least && said[202] > least, JSON.stringify(said));
});

test('what was taken over dies without another word', async () => {
  await each(
    (seed) => live(seed, { clock, open, crashes: false, settlesFor: 200_000 }),
    (world) => [...world.lies, ...world.aliveThoughTakenOver()],
  );
});

test('where a schedule sweeps once a minute, what was taken over is dead after 70 s', async () => {
  const swept = { crashes: false, sweeps: true, settlesFor: 70_000, background: false };
  await each(
    (seed) => live(seed, { clock, open, ...swept }),
    (world) => [...world.lies, ...world.aliveThoughTakenOver()],
  );
});

test('a seed leads the same life each time', async () => {
  const lead = async () => (await live(SEED, { clock, open })).trace;
  assert.deepEqual(await lead(), await lead());
});

test('the model can catch a lie', async () => {
  let lies = 0;
  for (let seed = SEED; seed < SEED + 20; seed += 1) {
    lies += (await live(seed, { clock, open, lies: true })).lies.length;
  }
  assert.ok(lies > 0);
});
