#!/usr/bin/env node
// The command `odradek`. What it runs is built from src/cli by `npm run build`, which `npm ci` does by itself.
'use strict'
const { enableCompileCache } = require('node:module')
const { existsSync } = require('node:fs')
const { join } = require('node:path')

const program = join(__dirname, '../dist/cli/main.js')
if (existsSync(program)) {
  // From Node 22.8 on compiled code is kept between starts.
  enableCompileCache?.()
  require(program)
} else {
  process.stderr.write('odradek: dist is missing; build it with: npm run build\n')
  process.exitCode = 1
}
