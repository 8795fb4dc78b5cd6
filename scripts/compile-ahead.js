/**
 * Starts a program of one file once and keeps what V8 compiled until it was ready, for the starts to come (see
 * src/platform/node/compiled.ts). Code that is only needed later is not in it: it would be read at every start. The argument
 * says which program: each is a process of its own.
 */
const { writeFileSync } = require('node:fs')
const path = require('node:path')

const dist = path.join(path.dirname(__dirname), 'dist')
const { compiledPathOf, runScript, scriptOf } = require(path.join(dist, 'platform/node/compiled.js'))

const begin = { 'cli/main': beginCommand, 'embedded/guest': beginGuest }[process.argv[2]]
const program = path.join(dist, `${process.argv[2]}.js`)
const script = scriptOf(program)
begin()

function isReady() {
  writeFileSync(compiledPathOf(program), script.createCachedData())
  process.exit(0)
}

function beginCommand() {
  process.argv = [process.argv[0], program, '--port', '0', '--json']
  for (const name of Object.keys(process.env)) if (name.startsWith('ODRADEK_')) delete process.env[name]
  process.stdout.write = text => (text.includes('"event":"ready"') ? isReady() : process.exit(1))
  runScript(program, script)
}

/** It is told to start a broker, as by the process that it is a guest of. */
function beginGuest() {
  const { startOptionsOf } = require(path.join(dist, 'embedded/contract/options.js'))
  process.send = told => (told.answer ? isReady() : process.exit(1))
  runScript(program, script)
  process.emit('message', { id: 1, cluster: 0, command: 'start', argument: startOptionsOf({ topics: ['topic'] }) })
}
