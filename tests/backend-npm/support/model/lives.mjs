// Lives: actions in an order that a seed chooses.

import { chanceOf, seedCrypto } from './chance.mjs';
import { World } from './world.mjs';

const SESSIONS = 2;
const IDS = 3;

/** Leads a life; the world as it is then. It is `World`'s `options`, and how long it is, that differ. */
export async function live(seed, { actions = 60, crashes = true, sweeps = false, settlesFor = 0, ...options }) {
  seedCrypto(seed);
  const chance = chanceOf(seed);
  const { clock, instances = 1 } = options;
  const world = new World({ name: String(seed), handles: chance.among(['none', 'short', 'sealed']), ...options });
  await clock.settled();
  const kinds = [
    [5, 'mint'],
    [5, 'revoke'],
    [14, 'decide'],
    [3, 'pass'],
    [1, 'recall'],
    [crashes ? 1 : 0, 'crash'],
    [sweeps ? 2 : 0, 'sweep'],
  ];
  for (let left = chance.from(5, actions); left > 0; left -= 1) {
    const kind = chance.weighed(kinds);
    const place = chance.below(instances);
    const session = chance.below(SESSIONS);
    const [one, another, third] = [chance.below(1_000), chance.is(0.5), chance.is(0.5)];
    const pending = Array.from({ length: IDS }, (_, id) => id).filter((id) => (one >> id) & 1 && chance.is(0.5));
    world.tell(`${kind} ${place} ${session} ${one} ${another} ${third}`);
    switch (kind) {
      case 'mint':
        world.mint({ place, session, id: one % IDS });
        break;
      case 'revoke':
        world.revoke({ place, session, pending, whole: one % 5 === 0, tokens: another, handles: third });
        break;
      case 'decide':
        world.decide({ which: one, fate: another ? 'works' : chance.below(1_000) });
        break;
      case 'pass':
        await clock.pass(another ? chance.from(1, 500) : chance.from(1_000, 70_000));
        break;
      case 'recall':
        world.recall({ place, session });
        break;
      case 'crash':
        world.crash({ place, does: another });
        break;
      case 'sweep':
        world.sweep({ place, patience: 0 });
        break;
    }
    await clock.settled();
  }
  await world.wellFor(settlesFor);
  world.end();
  clock.clear();
  return world;
}
