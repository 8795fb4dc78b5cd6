/** The package as its users have it: packed, installed, and used by `require`, `import`, jest and node:test. */
import { execFileSync } from 'node:child_process'
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packedProject, root } from './packed'

const { folder: project, node, runTests, remove } = packedProject()

beforeAll(() => cpSync(join(__dirname, 'embedded'), project, { recursive: true }))

afterAll(remove)

const places = ['worker', 'inline', 'process']

test.each(places)('required, %s: serves a client, and the process ends', async isolation => {
  const { code, stdout, stderr } = await node('cjs.js', isolation)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(stdout)).toEqual({
    value: 'first',
    heard: ['shipping'],
    refused: expect.stringContaining('num.partitions'),
  })
})

test.each(places)('a broker that was left running, %s, does not keep its process', async isolation => {
  expect(await node('cjs.js', isolation, 'leave')).toMatchObject({ code: 0, stderr: '' })
})

test.each(places)('what a function of faults.on throws is not lost, %s', async isolation => {
  const { code, stdout } = await node('unhandled.js', isolation)
  expect({ code, said: stdout.trim().split('\n').toSorted() }).toEqual({
    code: 0,
    said: ['UNKNOWN', 'UNKNOWN', 'oops', expect.stringContaining("has no field 'group'. Did you mean groups?")],
  })
})

test.each(places)('a stop ends what waits, %s, and the process goes on', async isolation => {
  const { code, stdout } = await node('waits.js', isolation)
  expect({ code, said: stdout.trim().split('\n') }).toEqual({
    code: 0,
    said: [
      'stopped',
      ...['record', 'records', 'group', 'fork'].map(name => `${name} BrokerError`),
      expect.stringMatching(/^client KafkaJS/),
    ],
  })
})

test('imported', async () => {
  const { code, stdout } = await node('esm.mjs')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toEqual({
    same: true,
    version: expect.any(String),
    names: ['Broker', 'BrokerError', 'defineConfig', 'failureMatrix', 'standardFailures', 'startBroker', 'version'],
    started: 'function',
  })
})

test('brokers in workers of node:cluster share no port', async () => {
  const { code, stdout, stderr } = await node('cluster-workers.js')
  expect({ code, stderr, said: stdout.trim().split('\n') }).toEqual({
    code: 0,
    stderr: '',
    said: ['8 ports of 8', 'taken'],
  })
})

test('of two projects of vitest each hears of its own broker', async () => {
  const { code, stdout, stderr } = await node('vitest-projects.mjs')
  expect({ code, stderr, said: stdout.trim().split('\n') }).toEqual({
    code: 0,
    stderr: '',
    said: ['a true first', 'b true second', 'c the own'],
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
  const { code, stderr } = await runTests()
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).toMatch(/Suites: 8 passed, 8 total/)
})

test('a thousand clusters take little memory, and leave none behind', async () => {
  const { code, stdout } = await node('--expose-gc', 'many.js')
  expect(code).toBe(0)
  const { each, left, rssBytes } = JSON.parse(stdout) as { each: number; left: number; rssBytes: number }
  expect(each).toBeLessThan(120 * 1024)
  // One that stayed would be some 90 KiB; what there is besides differs from one Node to the next.
  expect(left).toBeLessThan(8 * 1024)
  // How much garbage there is at some moment is Node's affair; `npm run bench:dx` measures what is left of it.
  expect(rssBytes).toBeLessThan(768 * 1024 * 1024)
})

test('in node:test with mock timers', async () => {
  const { code, stdout } = await node('--test', '--test-reporter=tap', 'mock-timers.test.mjs')
  expect(stdout).toMatch(/# pass 2\n/)
  expect(code).toBe(0)
})

test('in node:test', async () => {
  const { code, stdout } = await node('--test', '--test-reporter=tap', 'runner.test.mjs')
  expect(stdout).toMatch(/# pass 7\n/)
  expect(code).toBe(0)
})
