// A store in Redis or Valkey, through the app's client: `redis` (node-redis) or `ioredis`.

/** How long an answer is waited for. */
const PATIENCE = 2_000;
/** A process that dies holds up the others for so long: one that lives says so three times
 * meanwhile. And how often it is looked. */
const LONGEST_LOCK = 15_000;
const LOCK_AGAIN = 50;
const RELEASE =
  "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";
const RENEW =
  "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end " +
  "return redis.call('PEXPIRE', KEYS[1], ARGV[2])";
/** Words of a server that begin an error: `NOSCRIPT No matching script.` */
const WORD = /^[A-Z]{2,20}\b/;

/** For any number of instances. `client` is the app's: it is not closed. */
export function redis(client, { prefix, shards, isFirst, isDurable } = {}) {
  const send = senderOf(client);
  return {
    settings: { kind: 'redis', prefix, shards, isFirst, isDurable },
    async connect() {
      if (client.isOpen === false) await client.connect();
      return { command: (words) => inTime(send(words.map(bufferOf))) };
    },
    async lock(name, work) {
      if (client.isOpen === false) await client.connect();
      const ask = (...words) => inTime(send(words.map((word) => Buffer.from(word))));
      const [key, holder] = [`{${prefix ?? 'downscope'}}:lock:${name}`, crypto.randomUUID()];
      while ((await ask('SET', key, holder, 'NX', 'PX', String(LONGEST_LOCK))) === null) {
        await new Promise((resolve) => setTimeout(resolve, LOCK_AGAIN));
      }
      const renewal = ['EVAL', RENEW, '1', key, holder, String(LONGEST_LOCK)];
      const renew = () => ask(...renewal).catch(() => {});
      const renewing = setInterval(renew, LONGEST_LOCK / 3);
      try {
        return await work();
      } finally {
        clearInterval(renewing);
        // Where it is another's by then, or the server is away, it ends by itself.
        await ask('EVAL', RELEASE, '1', key, holder).catch(() => {});
      }
    },
  };
}

/** Sends words of bytes, and is given bytes. */
function senderOf(client) {
  // Its commands need a key that says where they go, and scripts go anywhere.
  if (client?.isCluster === true || typeof client?.getSlotRandomNode === 'function') {
    throw new TypeError('downscope-backend: redis() takes no client of a cluster');
  }
  // ioredis: `callBuffer` takes and gives buffers.
  if (typeof client?.callBuffer === 'function') {
    return ([name, ...rest]) => client.callBuffer(name.toString(), ...rest);
  }
  if (typeof client?.sendCommand !== 'function') {
    throw new TypeError('downscope-backend: redis() takes a client of `redis` or of `ioredis`');
  }
  // node-redis from version 5 on: `$` is a string of bytes.
  if (typeof client.withTypeMapping === 'function') {
    const typed = client.withTypeMapping({ 36: Buffer });
    // That of Sentinel asks first whether a replica would do, which none would.
    if (typeof client.getMasterNode === 'function') return (words) => typed.sendCommand(false, words);
    return (words) => typed.sendCommand(words);
  }
  throw new TypeError('downscope-backend: the client of `redis` must be of version 5 or newer');
}

function bufferOf(bytes) {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Nothing of an error but the server's word for it: the rest may repeat what was asked. */
async function inTime(answer) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(reject, PATIENCE, new Error('late'));
  });
  try {
    return await Promise.race([answer, late]);
  } catch (error) {
    throw WORD.exec(error?.message)?.[0] ?? 'dropped';
  } finally {
    clearTimeout(timer);
  }
}
