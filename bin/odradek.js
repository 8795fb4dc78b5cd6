#!/usr/bin/env node
// The command `odradek`. What it runs is built from src/cli by `npm run build`, which `npm ci` does by itself.
'use strict'
const { existsSync, readFileSync, statSync } = require('node:fs')
const { createRequire, enableCompileCache, wrap } = require('node:module')
const { dirname, join } = require('node:path')
const { Script } = require('node:vm')

const program = join(__dirname, '../dist/cli/main.js')
// Compiling takes a third of the time to start, so the build did it ahead, for the Node that it ran on.
const compiled = join(__dirname, `../dist/cli/main-${process.version}-${process.arch}.code`)

if (!existsSync(program)) {
  process.stderr.write('odradek: dist is missing; build it with: npm run build\n')
  process.exitCode = 1
} else if (isFresh()) {
  const module = { exports: {} }
  compiledProgram().runInThisContext()(module.exports, createRequire(program), module, program, dirname(program))
} else {
  // From Node 22.8 on compiled code is kept between starts.
  enableCompileCache?.()
  require(program)
}

/** V8 itself looks at no more than the length of the source. */
function isFresh() {
  const made = statSync(compiled, { throwIfNoEntry: false })
  return made !== undefined && made.mtimeMs >= statSync(program).mtimeMs
}

/** Where V8 does not accept what was compiled, as with other flags, it compiles again. */
function compiledProgram() {
  // The bundle is ASCII, which is read faster as what it is.
  return new Script(wrap(readFileSync(program, 'latin1')), {
    filename: program,
    cachedData: readFileSync(compiled),
  })
}
