/**
 * Starts the command once and keeps what V8 compiled until it was ready, for the starts to come (see bin/odradek.js). Code
 * that is only needed later is not in it: it would be read at every start.
 */
const { readFileSync, writeFileSync } = require('node:fs')
const { createRequire, wrap } = require('node:module')
const path = require('node:path')
const { Script } = require('node:vm')

const folder = path.join(path.dirname(__dirname), 'dist/cli')
const program = path.join(folder, 'main.js')
const script = new Script(wrap(readFileSync(program, 'latin1')), { filename: program })

process.argv = [process.argv[0], program, '--port', '0', '--json']
for (const name of Object.keys(process.env)) if (name.startsWith('ODRADEK_')) delete process.env[name]
process.stdout.write = text => {
  if (!text.includes('"event":"ready"')) process.exit(1)
  writeFileSync(path.join(folder, `main-${process.version}-${process.arch}.code`), script.createCachedData())
  process.exit(0)
}
const module_ = { exports: {} }
script.runInThisContext()(module_.exports, createRequire(program), module_, program, folder)
