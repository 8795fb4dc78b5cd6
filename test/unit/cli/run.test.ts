import { runBeside } from '../../../src/cli/run'
import { problemsOf } from '../../../src/cli/variables'
import type { Address } from '../../../src/platform/network'
import type { Process, Signal } from '../../../src/platform/process'

function scene(
  host: string,
  ended: Promise<number>,
  hasTerminal = true,
  nodes?: readonly Address[][],
  own: readonly string[] = [],
) {
  const said: unknown[] = []
  const signals: Signal[] = []
  let ask: (signal: Signal) => void = () => {}
  const process = {
    hasTerminal,
    env: { HOME: '/home', KAFKA_BROKERS: 'elsewhere:9092' },
    run: (command: string, args: readonly string[], env: object) => {
      said.push(['run', command, args, env])
      return { ended, signal: (signal: Signal) => void signals.push(signal) }
    },
    onSignal: (run: typeof ask) => void (ask = run),
    complain: (line: string) => void said.push(['complain', line]),
    exit: (code: number) => void said.push(['exit', code]),
  } as unknown as Process
  const node = { address: { host, port: 9 }, ...(nodes && { nodes }), stop: async () => void said.push(['stop']) }
  return { done: runBeside(node, ['npm', 'test', '--', '-x'], process, own), said, signals, ask: (s: Signal) => ask(s) }
}

test('the command is told where the broker is; then the broker stops, and the exit code is passed on', async () => {
  const { done, said, signals, ask } = scene('::', Promise.resolve(3))
  ask('SIGINT')
  ask('SIGTERM')
  await done
  const servers = '127.0.0.1:9'
  const env = {
    HOME: '/home',
    KAFKA_BROKERS: servers,
    KAFKA_BOOTSTRAP_SERVERS: servers,
    BOOTSTRAP_SERVERS: servers,
    SPRING_KAFKA_BOOTSTRAP_SERVERS: servers,
  }
  expect(said).toEqual([['run', 'npm', ['test', '--', '-x'], env], ['stop'], ['exit', 3]])
  expect(signals).toEqual(['SIGTERM'])
})

test('without a terminal, what tells us to end is passed on', async () => {
  const { done, signals, ask } = scene('::', Promise.resolve(0), false)
  ask('SIGINT')
  ask('SIGTERM')
  await done
  expect(signals).toEqual(['SIGINT', 'SIGTERM'])
})

test('an address of IPv6 stands in brackets; a command that cannot be run is told', async () => {
  const failure = Object.assign(new Error('spawn npm EACCES'), { code: 'EACCES' })
  const { done, said } = scene('::1', Promise.reject(failure))
  await done
  expect(said).toMatchObject([
    ['run', 'npm', expect.anything(), { KAFKA_BROKERS: '[::1]:9' }],
    ['complain', 'odradek: npm cannot be run: spawn npm EACCES'],
    ['stop'],
    ['exit', 126],
  ])
})

test('of several nodes, the command is told all', async () => {
  const at = (port: number) => [{ host: '127.0.0.1', port }]
  const { done, said } = scene('127.0.0.1', Promise.resolve(0), true, [at(9), at(10), at(11)])
  await done
  expect(said[0]).toMatchObject(['run', 'npm', {}, { KAFKA_BROKERS: '127.0.0.1:9,127.0.0.1:10,127.0.0.1:11' }])
})

test('and by names of its own', async () => {
  const own = [
    'ORDERS_KAFKA={brokers}',
    'URL=kafka://{host}:{port}/?a=b',
    'KAFKA_BROKERS=mine',
    'JSON={"b": ["{brokers}"]}',
  ]
  const { done, said } = scene('0.0.0.0', Promise.resolve(0), true, undefined, own)
  await done
  const told = {
    ORDERS_KAFKA: '127.0.0.1:9',
    URL: 'kafka://127.0.0.1:9/?a=b',
    KAFKA_BROKERS: 'mine',
    JSON: '{"b": ["127.0.0.1:9"]}',
  }
  expect(said[0]).toMatchObject(['run', 'npm', {}, told])
})

test('of which a mistake is told', () => {
  expect(problemsOf(['A={brokers}', 'B={"x": 1}', 'C='], false)).toEqual([])
  expect(problemsOf(['ORDERS'], false)).toEqual([
    '--env ORDERS: give NAME=VALUE, such as --env ORDERS_KAFKA={brokers}.',
  ])
  expect(problemsOf(['A={broker}'], false)).toEqual([
    '--env A={broker}: there is no {broker}; there are {brokers}, {host}, {port}, {control}.',
  ])
  expect(problemsOf(['A={control}'], false)).toEqual(['--env A={control}: {control} needs --control.'])
  expect(problemsOf(['A={control}'], true)).toEqual([])
  expect(problemsOf(['A=x,{brokers', 'B={port,'], false)).toEqual([
    '--env A=x,{brokers: {brokers lacks its }: write {brokers}.',
    '--env B={port,: {port lacks its }: write {port}.',
  ])
  expect(problemsOf(['A={ports', 'B={"host": "{host}"}'], false)).toEqual([])
})
