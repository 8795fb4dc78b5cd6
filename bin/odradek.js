#!/usr/bin/env node
// The command `odradek`. What it runs is built from src/cli by `npm run build`, which `npm ci` does by itself.
'use strict'
const { existsSync } = require('node:fs')
const { join } = require('node:path')

const dist = join(__dirname, '../dist')
const program = join(dist, 'cli/main.js')

if (existsSync(program)) {
  require(join(dist, 'platform/node/compiled.js')).runCompiled(program)
} else {
  process.stderr.write('odradek: dist is missing; build it with: npm run build\n')
  process.exitCode = 1
}
