import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { aroundProgram, compiledPathOf, runCompiled, runScript, scriptOf } from '../../../../src/platform/node/compiled'

let folder: string
let program: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'odradek-compiled-'))
  program = join(folder, 'program.js')
  writeFileSync(join(folder, 'beside.js'), 'module.exports = __dirname')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A program that leaves what it says, and what it was given, in a file. */
const saying = (what: 'one' | 'two'): string => `${aroundProgram.banner}
  const all = ['${what}', require('./beside'), __filename, typeof module.exports]
  require('node:fs').writeFileSync(__dirname + '/said.json', JSON.stringify(all))
  module.exports = { ready: Promise.resolve() }
${aroundProgram.footer}`

const said = (): unknown => JSON.parse(readFileSync(join(folder, 'said.json'), 'utf8'))
const all = (what: 'one' | 'two'): unknown => [what, folder, program, 'object']

function compileAhead(): void {
  writeFileSync(program, saying('one'))
  const script = scriptOf(program)
  runScript(program, script)
  writeFileSync(compiledPathOf(program), script.createCachedData())
}

const madeAt = (path: string, seconds: number): void => utimesSync(path, seconds, seconds)

test('a program runs as if it were required when nothing was compiled', () => {
  writeFileSync(program, saying('one'))
  runCompiled(program)
  expect(said()).toEqual(all('one'))
})

test('what was compiled runs, though the source says something else of the same length', () => {
  compileAhead()
  expect(said()).toEqual(all('one'))
  rmSync(join(folder, 'said.json'))
  writeFileSync(program, saying('two'))
  madeAt(program, 1_000)
  madeAt(compiledPathOf(program), 1_000)
  runCompiled(program)
  expect(said()).toEqual(all('one'))
})

test('a program that is newer than what was compiled of it is compiled again', () => {
  compileAhead()
  writeFileSync(program, saying('two'))
  madeAt(program, 1_001)
  madeAt(compiledPathOf(program), 1_000)
  runCompiled(program)
  expect(said()).toEqual(all('two'))
})

test('what V8 does not accept is compiled again', () => {
  writeFileSync(program, saying('two'))
  writeFileSync(compiledPathOf(program), 'no code')
  runCompiled(program)
  expect(said()).toEqual(all('two'))
})

test('what the first start compiled is kept, and nothing else is left', async () => {
  writeFileSync(program, saying('one'))
  runCompiled(program)
  while (!existsSync(compiledPathOf(program))) await new Promise(resolve => setImmediate(resolve))
  const files = ['beside.js', 'program.js', 'said.json', compiledPathOf(program).slice(folder.length + 1)]
  expect(readdirSync(folder).toSorted()).toEqual(files.toSorted())
  expect(scriptOf(program, readFileSync(compiledPathOf(program))).cachedDataRejected).toBe(false)
})

test('a program can be required as well', () => {
  writeFileSync(program, saying('one'))
  expect(require(program)).toEqual({ ready: expect.any(Promise) })
  expect(said()).toEqual(all('one'))
})

test('each Node has its own', () => {
  expect(compiledPathOf('/a/b.js')).toBe(`/a/b-${process.version}-${process.arch}.code`)
})
