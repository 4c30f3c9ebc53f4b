// Run by Vitest; modules throughout.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import * as downscope from 'downscope';
import * as adapters from 'downscope/adapters';
import * as box from 'downscope/box';
import * as react from 'downscope/react';
import * as slim from 'downscope/slim';
import * as testing from 'downscope/testing';
import React from 'react';
import { createRoot } from 'react-dom/client';
import { test } from 'vitest';

import list from './checks.cjs';

const wasm = readFileSync(createRequire(import.meta.url).resolve('downscope/downscope_bg.wasm'));
const checks = list({ downscope, slim, adapters, box, react, testing, React, createRoot, wasm });

for (const [name, check] of Object.entries(checks)) test(name, check);
