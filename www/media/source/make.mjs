// Makes the media of the demo from the sources beside this file.
// Usage: node www/media/source/make.mjs   (needs playwright-core, a Chromium, qpdf and ffmpeg)
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const source = (name) => fileURLToPath(new URL(name, import.meta.url));
const media = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const run = (program, ...args) => execFileSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
const ffmpeg = (...args) => run('ffmpeg', '-loglevel', 'error', '-y', ...args);

const work = mkdtempSync(join(tmpdir(), 'downscope-media-'));
const browser = await chromium.launch({
  executablePath: process.env.CHROME_BIN ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});

async function open(name, viewport) {
  const page = await browser.newPage({ viewport });
  await page.goto(new URL(name, import.meta.url).href);
  await page.evaluate(() => document.fonts.ready);
  return page;
}

async function guide() {
  const page = await open('guide.html', { width: 864, height: 566 });
  await page.pdf({ path: join(work, 'guide.pdf'), preferCSSPageSize: true, printBackground: true, tagged: true, outline: true });
  // Linearized, so that a viewer that fetches ranges can show the first page from the first of them.
  run('qpdf', '--linearize', '--object-streams=generate', '--recompress-flate', '--compression-level=9', join(work, 'guide.pdf'), media('guide.pdf'));
}

async function picture() {
  const page = await open('picture.html', { width: 1600, height: 1000 });
  await page.screenshot({ path: join(work, 'picture.png') });
  ffmpeg('-i', join(work, 'picture.png'), '-c:v', 'libwebp', '-quality', '84', '-compression_level', '6', media('picture.webp'));
}

async function film() {
  const rate = 30;
  const page = await open('film.html', { width: 1280, height: 720 });
  const frames = rate * (await page.evaluate(() => globalThis.seconds));
  for (let frame = 0; frame < frames; frame++) {
    await page.evaluate((t) => globalThis.drawFrame(t), frame / rate);
    await page.screenshot({ path: join(work, `${String(frame).padStart(4, '0')}.png`) });
  }
  ffmpeg('-framerate', String(rate), '-i', join(work, '%04d.png'), '-c:v', 'libvpx-vp9', '-b:v', '0', '-crf', '34', '-pix_fmt', 'yuv420p', '-g', '120', media('film.webm'));
}

function tones() {
  run(process.execPath, source('tones.mjs'), join(work, 'tones.wav'));
  ffmpeg('-i', join(work, 'tones.wav'), '-c:a', 'libmp3lame', '-b:a', '96k', media('tones.mp3'));
}

try {
  await guide();
  await picture();
  await film();
  tones();
} finally {
  await browser.close();
  rmSync(work, { recursive: true });
}
