/** The package as its users have it: packed, installed, and used by `require`, `import`, jest and node:test. */
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(__dirname, '../..')
// Inside of the repository, where the packages that it needs are found in a folder above.
mkdirSync(join(root, '.cache'), { recursive: true })
const project = mkdtempSync(join(root, '.cache/packed-'))

beforeAll(() => {
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', project], { cwd: root, stdio: 'pipe' })
  const tarball = readdirSync(project).find(name => name.endsWith('.tgz'))!
  const installed = join(project, 'node_modules/odradek')
  mkdirSync(installed, { recursive: true })
  execFileSync('tar', ['-xzf', join(project, tarball), '-C', installed, '--strip-components=1'])
  cpSync(join(__dirname, 'embedded'), project, { recursive: true })
  writeFileSync(join(project, 'package.json'), '{ "name": "users-project", "private": true }')
})

afterAll(() => rmSync(project, { recursive: true, force: true }))

interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function node(...args: string[]): Promise<Ran> {
  const { NODE_OPTIONS: _, ...env } = process.env
  // What never ends is ended, and has then no code.
  const child = spawn(process.execPath, args, { cwd: project, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 30_000 })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', chunk => (stdout += String(chunk)))
  child.stderr.on('data', chunk => (stderr += String(chunk)))
  return new Promise(resolve => child.on('close', code => resolve({ code, stdout, stderr })))
}

const places = ['worker', 'inline', 'process']

test.each(places)('required, %s: serves a client, and the process ends', async isolation => {
  const { code, stdout, stderr } = await node('cjs.js', isolation)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(stdout)).toEqual({ value: 'first', refused: expect.stringContaining('num.partitions') })
})

test.each(places)('a broker that was left running, %s, does not keep its process', async isolation => {
  expect(await node('cjs.js', isolation, 'leave')).toMatchObject({ code: 0, stderr: '' })
})

test('imported', async () => {
  const { code, stdout } = await node('esm.mjs')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toEqual({
    same: true,
    version: expect.any(String),
    names: ['Broker', 'BrokerError', 'startBroker', 'version'],
    started: 'function',
  })
})

test('types are found by require and by import', () => {
  const code = `import { startBroker, type Broker, type BrokerOptions } from 'odradek'
export async function f(options: BrokerOptions): Promise<string[]> {
  await using kafka: Broker = await startBroker(options)
  // @ts-expect-error there is no such option
  await startBroker({ topic: [] })
  return kafka.brokers
}
`
  for (const file of ['types.cts', 'types.mts']) writeFileSync(join(project, file), code)
  const options = {
    module: 'node16',
    strict: true,
    noEmit: true,
    target: 'es2022',
    lib: ['es2022', 'esnext.disposable'],
  }
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...options, types: ['node'] }, files: ['types.cts', 'types.mts'] }),
  )
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project], { cwd: project })
})

test('in jest: with fake timers, and what a test does with data', async () => {
  const jest = join(root, 'node_modules/jest/bin/jest.js')
  const { code, stderr } = await node(jest, '--rootDir', project, '--ci', '-i', '--testMatch', '**/*.test.js')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).toMatch(/Suites: 4 passed, 4 total/)
})

test('a thousand clusters take little memory, and leave none behind', async () => {
  const { code, stdout } = await node('--expose-gc', 'many.js')
  expect(code).toBe(0)
  const { each, left, rssBytes } = JSON.parse(stdout) as { each: number; left: number; rssBytes: number }
  expect(each).toBeLessThan(120 * 1024)
  expect(left).toBeLessThan(2 * 1024)
  expect(rssBytes).toBeLessThan(300 * 1024 * 1024)
})

test('in node:test', async () => {
  const { code, stdout } = await node('--test', '--test-reporter=tap', 'runner.test.mjs')
  expect(stdout).toMatch(/# pass 3\n/)
  expect(code).toBe(0)
})
