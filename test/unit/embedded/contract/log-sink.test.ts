import { type Log, type LogSink, logKind, logLevelOf, tellLog } from '../../../../src/embedded/contract/log-sink'
import { startOptionsOf } from '../../../../src/embedded/contract/options'
import { EngineBench } from '../../../support/engine-bench'

function logger(level?: string) {
  const told: unknown[] = []
  const at = (name: string) => (line: string) => void told.push([name, line])
  const sink = { level, error: at('error'), warn: at('warn'), info: at('info') }
  return { sink, told }
}

test('a logger hears each line at its level, without the time; what it has no method for it does not hear', async () => {
  const { sink, told } = logger('trace')
  const bench = new EngineBench()
  await bench.start({ log: sink, profile: 'strict' })
  bench.lines.push('2026-01-01T00:00:00.000Z debug shard.loaded records=1')
  bench.lines.push('2026-01-01T00:00:00.000Z error disk-failed error="two\\nlines"')
  bench.lines.push('odradek: 1 consumer still connected (client "svc")')
  for (const line of bench.lines) tellLog(sink, line)
  expect(told).toContainEqual([
    'info',
    expect.stringMatching(/^ready brokers=.* profile="strict: waits as Apache Kafka does"$/),
  ])
  expect(told.slice(-2)).toEqual([
    ['error', 'disk-failed error="two\\nlines"'],
    ['warn', 'odradek: 1 consumer still connected (client "svc")'],
  ])
})

test.each([
  ['info', 'info'],
  ['trace', 'debug'],
  ['verbose', 'info'],
  ['fatal', 'error'],
  ['of its own', 'warn'],
  [undefined, 'warn'],
])('one of level %s is told from %s on', (level, expected) => {
  expect(logLevelOf(logger(level).sink)).toBe(expected)
  expect(startOptionsOf({ log: logger(level).sink }).logLevel).toBe(expected)
})

test('levels and functions are as they were', () => {
  expect([logLevelOf(), logLevelOf('silent'), logLevelOf('debug'), logLevelOf(() => {})]).toEqual([
    'warn',
    'error',
    'debug',
    'warn',
  ])
  const lines: string[] = []
  tellLog(line => void lines.push(line), '2026-01-01T00:00:00.000Z info  ready')
  expect(lines).toEqual(['2026-01-01T00:00:00.000Z info  ready'])
})

test('methods of a logger are called on it, and one that is none is refused', () => {
  class Own implements LogSink {
    readonly lines: string[] = []
    error(line: string) {
      this.lines.push(line)
    }
    warn(line: string) {
      this.lines.push(line)
    }
  }
  const own = new Own()
  tellLog(own, '2026-01-01T00:00:00.000Z warn  slow ms=5')
  expect(own.lines).toEqual(['slow ms=5'])
  expect(() => logKind({ warn() {} }, 'log of startBroker')).toThrow('log of startBroker is a logger without error()')
  expect(() => logKind('loud', 'log of startBroker')).toThrow("log of startBroker is 'silent', 'error'")
  expect(() => logKind(console, 'log')).not.toThrow()
})

describe('a logger that fails', () => {
  const told: string[] = []
  beforeEach(() => {
    told.length = 0
    jest.spyOn(process.stderr, 'write').mockImplementation(line => told.push(String(line)) > 0)
  })
  afterEach(() => void jest.restoreAllMocks())

  const fail = (): never => {
    throw new Error('no more paper')
  }
  const later = async () => fail()

  test.each<[string, Log]>([
    ['a function', fail],
    ['a function that takes its time', later],
    ['a logger', { ...logger().sink, warn: fail }],
    ['a logger that takes its time', { ...logger().sink, warn: later }],
  ])('is nobody else his matter, and no line is lost: %s', async (_what, log) => {
    expect(() => tellLog(log, 'odradek: one consumer')).not.toThrow()
    await new Promise(setImmediate)
    expect(told).toEqual(['odradek: one consumer\n', 'odradek: the log option of startBroker failed: no more paper\n'])
  })
})
