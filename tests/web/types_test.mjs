// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// The pages are plain JavaScript with types in comments; tsc holds them to it, and reading the types of
// the libraries holds our calls to what the libraries really take.
import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { modules, web } from '../support/pages.mjs';

test('every module of the pages says // @ts-check and passes tsc', () => {
  const npm = modules(), folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kitlog-types-'));
  try {
    const config = path.join(folder, 'tsconfig.json'), types = (name) => [path.join(npm, name)];
    // jsep's types are of its own name only.
    fs.writeFileSync(path.join(folder, 'jsep.d.ts'), `/// <reference path="${path.join(npm, 'jsep/typings/tsd.d.ts')}" />\nimport jsep from 'jsep';\nexport default jsep;\n`);
    fs.writeFileSync(config, JSON.stringify({
      compilerOptions: {
        allowJs: true, checkJs: true, noEmit: true, strict: true, noUnusedLocals: true, skipLibCheck: true,
        target: 'es2022', module: 'es2022', moduleResolution: 'bundler', lib: ['es2023', 'dom', 'dom.iterable'], types: [],
        paths: { '/vendor/preact.js': types('preact/src/index.d.ts'), '/vendor/hooks.js': types('preact/hooks/src/index.d.ts'),
          '/vendor/htm.js': types('htm/dist/htm.d.ts'), '/vendor/uplot.js': types('uplot/dist/uPlot.d.ts'),
          '/vendor/jsep.js': [path.join(folder, 'jsep.d.ts')], '/vendor/fft.js': types('fft.js/lib/fft.d.ts'), preact: types('preact/src/index.d.ts') },
      },
      include: [path.join(web, 'js/*.js')],
    }));
    const run = spawnSync(process.execPath, [path.join(npm, 'typescript/bin/tsc'), '-p', config], { encoding: 'utf8' });
    assert.strictEqual(run.stdout, '');
    assert.strictEqual(run.status, 0);
    for (const name of fs.readdirSync(path.join(web, 'js'))) {
      assert.match(fs.readFileSync(path.join(web, 'js', name), 'utf8'), /^\/\/ @ts-check$/m, name);
    }
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});
