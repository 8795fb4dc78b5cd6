import { playFailures } from '../../../src/cli/failures'
import { parseUsual } from '../../../src/cli/flags'
import type { Process } from '../../../src/platform/process'
import { readConfig } from '../../../src/node/config'
import { silentLogger } from '../../../src/platform/logger'
import { holdProcess } from '../../../src/platform/node/hold'
import { nodePlatform } from '../../../src/platform/node/platform'

const release = holdProcess()
afterAll(release)

type Env = { readonly [name: string]: string | undefined }

/** A program that ends as it is told by the name of the failure. */
async function played(argv: readonly string[], ends: { readonly [failure: string]: number | 'never' } = {}) {
  const said: string[] = []
  let exited: number | null = null
  const signals: string[] = []
  const process = {
    env: { HOME: '/home' },
    workingDir: '/',
    print: (line: string) => void said.push(line.replace(/\(\d+ ms\)/, '(n ms)')),
    complain: (line: string) => void said.push(line),
    exit: (code: number) => void (exited ??= code),
    onSignal: () => {},
    run: (_command: string, _args: readonly string[], env: Env) => {
      expect(env).toMatchObject({
        HOME: '/home',
        KAFKA_BROKERS: expect.any(String),
        ODRADEK_CONTROL: expect.any(String),
      })
      const end = ends[env['ODRADEK_FAILURE']!] ?? 0
      let kill: (code: number) => void = () => {}
      const ended = new Promise<number>(resolve => (end === 'never' ? (kill = resolve) : resolve(end)))
      const signal = (name: string) => {
        signals.push(name)
        if (name === 'SIGKILL') kill(137)
      }
      return { ended, signal, said: () => 'what it said' }
    },
  } as unknown as Process
  const flags = { port: '0', set: [] }
  const nothing = (): Buffer => Buffer.alloc(0)
  const { config } = readConfig({ flags, environment: {}, readFile: nothing, defaultProfile: 'test' })
  const platform = nodePlatform({ logger: { ...silentLogger, level: 'error' } })
  await playFailures(parseUsual(['failures', ...argv])!, process, platform, config)
  return { said, exited, signals }
}

const one = ['--only', 'commit-lost']

test('what does not end is told to, and then made to', async () => {
  const { said, exited, signals } = await played([...one, '--timeout', '0.01', '--', 'x'], { 'commit-lost': 'never' })
  expect(signals).toEqual(['SIGTERM', 'SIGKILL'])
  expect(said.slice(1, 4)).toEqual([
    'FAIL  commit-lost (n ms): it was not done after 0.01 s',
    '     | it was not done after 0.01 s',
    '     | what it said',
  ])
  expect(exited).toBe(1)
})

test('the list, mistakes, and a program that never works', async () => {
  expect(await played([...one, '--list'])).toMatchObject({
    said: [expect.stringMatching(/^commit-lost +The conn/)],
    exited: 0,
  })
  expect(await played(['--only', 'x', '--', 'x'])).toMatchObject({
    said: [expect.stringContaining('called x')],
    exited: 2,
  })
  expect(await played(['--timeout', '0', '--', 'x'])).toMatchObject({ exited: 2 })
  expect(await played([...one, '--', 'x'], { none: 1 })).toMatchObject({ exited: 2 })
})
