// Writes tones.wav: the four moments of a token's life as four short phrases,
// synthesized from sine partials. Usage: node tones.mjs OUT.wav
import { writeFileSync } from 'node:fs';

const rate = 44_100;
const phrases = [
  { at: 0.1, notes: [[0, 'D4'], [0.14, 'A4'], [0.28, 'D5']] }, // minted: rising
  { at: 2.3, notes: [[0, 'D5'], [0.0, 'F#5'], [0.18, 'A5']] }, // refreshed: opens out, nothing else changes
  { at: 4.5, notes: [[0, 'C5'], [0.16, 'G#4'], [0.5, 'A4'], [0.5, 'D5']] }, // 401: off, then right again
  { at: 6.9, notes: [[0, 'D5'], [0.2, 'A4'], [0.4, 'F#4'], [0.6, 'D4']] }, // revoked: home
];
const seconds = 9.5;

const semitone = { C: -9, D: -7, E: -5, F: -4, G: -2, A: 0, B: 2 };
const frequency = (name) => {
  const sharp = name[1] === '#';
  return 440 * 2 ** ((semitone[name[0]] + (sharp ? 1 : 0)) / 12 + Number(name.at(-1)) - 4);
};

const samples = new Float64Array(rate * seconds);
for (const { at, notes } of phrases) {
  for (const [offset, name] of notes) {
    const start = Math.round((at + offset) * rate);
    for (let i = 0; start + i < samples.length; i++) {
      const t = i / rate;
      const envelope = Math.min(1, t / 0.006) * Math.exp(-t * 2.6);
      if (envelope < 1e-4 && t > 0.1) break;
      const f = 2 * Math.PI * frequency(name) * t;
      samples[start + i] += envelope * (Math.sin(f) + 0.35 * Math.sin(2 * f) * Math.exp(-t * 3) + 0.12 * Math.sin(4.01 * f) * Math.exp(-t * 9));
    }
  }
}

const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
const wav = Buffer.alloc(44 + samples.length * 2);
wav.write('RIFF', 0);
wav.writeUInt32LE(36 + samples.length * 2, 4);
wav.write('WAVEfmt ', 8);
wav.writeUInt32LE(16, 16);
wav.writeUInt16LE(1, 20); // PCM
wav.writeUInt16LE(1, 22); // mono
wav.writeUInt32LE(rate, 24);
wav.writeUInt32LE(rate * 2, 28);
wav.writeUInt16LE(2, 32);
wav.writeUInt16LE(16, 34);
wav.write('data', 36);
wav.writeUInt32LE(samples.length * 2, 40);
samples.forEach((sample, i) => wav.writeInt16LE(Math.round((sample / peak) * 26_000), 44 + i * 2));
writeFileSync(process.argv[2], wav);
