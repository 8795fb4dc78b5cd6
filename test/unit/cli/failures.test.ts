import { playFailures } from '../../../src/cli/failures'
import { parseUsual } from '../../../src/cli/flags'
import type { Timers } from '../../../src/platform/clock'
import type { Process } from '../../../src/platform/process'
import { ClientConnection } from '../../../src/client/connection'
import { readConfig } from '../../../src/node/config/config'
import { silentLogger } from '../../../src/platform/logger'
import { nodeTimers } from '../../../src/platform/node/clock'
import { holdProcess } from '../../../src/platform/node/hold'
import { nodeNetwork } from '../../../src/platform/node/network'
import { nodePlatform } from '../../../src/platform/node/platform'
import { ApiVersions } from '../../../src/protocol/messages/api-versions'

const release = holdProcess()
afterAll(release)

type Env = { readonly [name: string]: string | undefined }

/** Asks which versions there are, as every client does. */
async function ask(env: Env): Promise<void> {
  const [host, port] = env['KAFKA_BROKERS']!.split(':')
  const options = { network: nodeNetwork, timers: nodeTimers, clientId: 'c', requestTimeoutMs: 30_000 }
  const at = { host: host!, port: Number(port) }
  const client = await ClientConnection.open(at, { ...options, maxFrameBytes: 1 << 20 })
  await client.request(ApiVersions, 0, {})
  client.close()
}

const timeoutMs = 10

type Ends = { readonly [failure: string]: number | 'never' }

/** A program that ends as it is told by the name of the failure. */
async function played(argv: readonly string[], ends: Ends = {}, asks = true) {
  const said: string[] = []
  let exited: number | null = null
  const signals: string[] = []
  let hangs = false
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
      hangs = end === 'never'
      let kill: (code: number) => void = () => {}
      let isAlive = true
      const ended = new Promise<number>(resolve => (end === 'never' ? (kill = resolve) : resolve(end)))
      const asked = asks ? ask(env) : Promise.resolve()
      const signal = (name: string) => {
        signals.push(name)
        if (name === 'SIGKILL') isAlive = false
        // As npm: it ends at once, and what it has started does not.
        if (name === 'SIGTERM') kill(143)
      }
      return { ended: asked.then(() => ended), signal, isAlive: () => isAlive, said: () => 'what it said' }
    },
  } as unknown as Process
  const flags = { port: '0', set: [] }
  const nothing = (): Buffer => Buffer.alloc(0)
  const { config } = readConfig({ flags, environment: {}, readFile: nothing, defaultProfile: 'test' })
  const real = nodePlatform({ logger: { ...silentLogger, level: 'error' } })
  // Who ends by itself has all the time that it needs; of a program that does not, time is soon up.
  const after: Timers['after'] = (ms, run) => real.timers.after(ms === timeoutMs && !hangs ? 60_000 : ms, run)
  const platform = { ...real, timers: { ...real.timers, after } }
  await playFailures(parseUsual(['failures', ...argv])!, process, platform, config)
  return { said, exited, signals }
}

const one = ['--only', 'commit-lost']

test('what does not end is told to, and then made to', async () => {
  const { said, exited, signals } = await played([...one, '--timeout', '0.01', '--', 'x'], { 'commit-lost': 'never' })
  expect(signals).toEqual(['SIGTERM', 'SIGKILL'])
  expect(said.slice(1, 3)).toEqual(['FAIL  commit-lost (n ms): it was not done after 0.01 s', '     | what it said'])
  expect(exited).toBe(1)
})

test('the list, mistakes, and a program that never works', async () => {
  expect(await played([...one, '--list'])).toMatchObject({
    said: [expect.stringMatching(/^commit-lost +The conn/)],
    exited: 0,
  })
  expect(await played(['--only', 'x', '--', 'x'])).toMatchObject({
    said: [expect.stringContaining("called 'x'")],
    exited: 2,
  })
  expect(await played(['--timeout', '0', '--', 'x'])).toMatchObject({ exited: 2 })
  expect(await played([...one, '--', 'x'], { none: 1 })).toMatchObject({ exited: 2 })
})

test('a program that does not ask the broker for anything has survived nothing', async () => {
  const { said, exited } = await played([...one, '--', 'x'], {}, false)
  expect(said).toEqual([
    'FAIL  none (n ms): it never asked the broker for anything',
    expect.stringContaining('odradek: it never asked the broker for anything, so nothing can go wrong for it'),
  ])
  expect(exited).toBe(1)
  expect((await played([...one, '--', 'x'], { none: 1 }, false)).exited).toBe(2)
})
