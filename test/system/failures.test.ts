/** `odradek failures`, and `failureMatrix` with a real client. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { failureMatrix } from '../../src/index'
import { Odradek, ran, scratch } from './odradek'

const failures = (...args: string[]) => ran(['failures', ...args])

/** Asks the broker which versions there are, as every client does first, and waits for the answer. */
const asking = `
  const [host, port] = process.env.KAFKA_BROKERS.split(':')
  const socket = require('net').connect(port, host)
  socket.write(Buffer.from('0000000a' + '0012' + '0000' + '00000001' + 'ffff', 'hex'))
  socket.once('data', () => socket.end())
`

/** A client, and then what is to fail or not. */
const shell = (script: string): string[] => ['--', 'sh', '-c', `"$0" -e "$1" && ${script}`, process.execPath, asking]

describe('the command', () => {
  test('tells what there is, runs once for each, and writes a report that can be read', async () => {
    const listed = await failures('--list', '--only', 'commit')
    expect(listed).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^commit-answer-lost +The connection ends/m),
    })
    const report = join(scratch(), 'junit.xml')
    const script = '{ test "$ODRADEK_FAILURE" != produce-lost || { printf "\\033[31mlost <&\\n"; exit 3; }; }'
    const chosen = ['--only', 'produce-lost', '--only', 'fetch-is-slow', '--report', report]
    const { code, stdout, stderr } = await failures(...chosen, ...shell(script))
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout.replace(/\(\d+ ms\)/g, '(n ms)').split('\n')).toEqual([
      'ok    none (n ms)',
      'FAIL  produce-lost (n ms): it ended with exit code 3',
      '     | \u001b[31mlost <&',
      '     | ',
      'unmet fetch-is-slow (n ms)',
      '0 survived, 1 failed, 1 unmet',
      '',
    ])
    const read = `import sys, xml.etree.ElementTree as t; print(*[(c.get("name"), *[e.tag for e in c]) for c in t.parse(sys.argv[1]).iter("testcase")])`
    const cases = execFileSync('python3', ['-c', read, report], { encoding: 'utf8' })
    expect(cases.trim()).toBe("('produce-lost', 'failure') ('fetch-is-slow', 'skipped')")
    expect(readFileSync(report, 'utf8')).toContain('lost &lt;&amp;')
  })

  test('each is a cluster of its own, with the settings and faults that belong to it', async () => {
    const script = [
      'test "$(curl -s $ODRADEK_CONTROL/records/orders)" = "$(curl -s $ODRADEK_CONTROL/records/orders)"',
      'curl -sf -X POST $ODRADEK_CONTROL/topics -d \'{"name": "orders"}\'',
    ].join(' && ')
    const { code, stdout } = await failures('--only', 'commit-lost', '--only', 'commit-rebalance', ...shell(script))
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('0 survived, 0 failed, 2 unmet') })
  })

  test('what its brokers complain of is told to who asks for it', async () => {
    const [host, port] = ['${KAFKA_BROKERS%:*}', '${KAFKA_BROKERS##*:}']
    const strange = `curl -s -m 2 http://${host}:${port}/; true`
    const trial = ['--only', 'commit-lost', ...shell(strange)]
    expect(await failures(...trial)).toMatchObject({ code: 0, stderr: '' })
    const { code, stderr } = await failures('--log-level', 'warn', ...trial)
    expect(code).toBe(0)
    expect(stderr).toMatch(/ (warn|error) +\S/)
  }, 60_000)

  test('what does not ask the broker for anything has survived nothing', async () => {
    const { code, stdout, stderr } = await failures('--', 'sh', '-c', 'exit 0')
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('never asked the broker for anything'),
    })
    expect(stdout).toMatch(/^FAIL {2}none /)
  })

  test('what cannot be tried ends with 2', async () => {
    const report = join(scratch(), 'junit.xml')
    const broken = await failures('--only', 'commit-lost', '--report', report, ...shell('exit 1'))
    expect(readFileSync(report, 'utf8')).toMatch(/tests="1".*failures="1"[^]*name="none"/)
    expect(broken).toMatchObject({ code: 2, stderr: expect.stringContaining('fails without any failure') })
    const late = await failures(
      '--only',
      'commit-lost',
      '--timeout',
      '0.2',
      '--',
      process.execPath,
      '-e',
      'setInterval(() => {}, 1000)',
    )
    expect(late).toMatchObject({ code: 2, stdout: expect.stringContaining('it was not done after 0.2 s') })
    expect(await failures('--only', 'commit-lots', '--', 'true')).toMatchObject({
      code: 2,
      stderr: "odradek: no failure is called 'commit-lots'. Did you mean commit-lost? (odradek failures --list)\n",
    })
    expect(await failures()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('failures needs a command, such as: odradek failures -- npm test'),
    })
    expect(await failures('--timeout', 'x', '--', 'true')).toMatchObject({ code: 2 })
  })
})

/** Whether a process is there. */
function runs(pid: number): boolean {
  try {
    // What has ended and was not buried yet is a zombie.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** A command whose children do not hear of what it is told, as those of npm; they write down who they are. */
const stubborn = (pids: string): string =>
  `sh -c 'trap "" TERM; echo $$ >> ${pids}; sleep 300 & echo $! >> ${pids}; wait; wait' & wait`

/** Those that still run after ten seconds: a signal that nobody can ignore takes its moment, too. */
async function left(pids: readonly number[]): Promise<readonly number[]> {
  const deadline = performance.now() + 10_000
  while (pids.some(runs) && performance.now() < deadline) await new Promise(resolve => setTimeout(resolve, 20))
  return pids.filter(runs)
}

const pidsIn = (file: string): number[] => readFileSync(file, 'utf8').trim().split('\n').map(Number)

test('of a command that is late nothing is left', async () => {
  const pids = join(scratch(), 'pids')
  const script = `{ test $ODRADEK_FAILURE = none || { ${stubborn(pids)}; }; }`
  const { code, stdout } = await failures('--only', 'commit-lost', '--timeout', '2', ...shell(script))
  expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining('it was not done after 2 s') })
  expect(pidsIn(pids)).toHaveLength(2)
  expect(await left(pidsIn(pids))).toEqual([])
})

test.each(['SIGINT', 'SIGTERM'] as const)('nothing is left of a command when %s ends us', async signal => {
  const pids = join(scratch(), 'pids')
  const odradek = new Odradek(['failures', '--only', 'commit-lost', ...shell(stubborn(pids))])
  while (!existsSync(pids) || pidsIn(pids).length < 2) await new Promise(resolve => setTimeout(resolve, 20))
  process.kill(odradek.pid, signal)
  expect(await odradek.ended).toMatchObject({ code: signal === 'SIGINT' ? 130 : 143, stdout: '' })
  expect(await left(pidsIn(pids))).toEqual([])
})

test('a service of kafkajs survives most, and not that its topic is unknown when it subscribes', async () => {
  const only = [
    'produce-answer-lost',
    'commit-evicted',
    'coordinator-moved',
    'metadata-unknown-topic',
    'transaction',
    'disk-full',
    'commit-disk-full',
  ]
  const options = { topics: ['orders', 'shipments'], isolation: 'inline', log: 'silent', only } as const
  const report = await failureMatrix(options, async (kafka, { name }) => {
    const retry = { initialRetryTime: 20, retries: 10 }
    const client = new Kafka({ brokers: kafka.brokers, clientId: name, logLevel: logLevel.NOTHING, retry })
    const [producer, consumer] = [client.producer(), client.consumer({ groupId: 'shipping' })]
    try {
      await producer.connect()
      await consumer.connect()
      await consumer.subscribe({ topic: 'orders', fromBeginning: true })
      await consumer.run({
        eachMessage: async ({ message: { key, value } }) =>
          void (await producer.send({ topic: 'shipments', messages: [{ key, value }] })),
      })
      for (const key of ['1', '2']) {
        await producer.send({ topic: 'orders', messages: [{ key, value: 'x' }] })
        await kafka.waitForRecord('shipments', { key }, { timeoutMs: 30_000 })
      }
      await kafka.waitForGroup('shipping', { caughtUp: true, timeoutMs: 30_000 })
    } finally {
      await Promise.all([producer.disconnect(), consumer.disconnect()])
    }
  })
  const outcomes = report.verdicts.map(({ failure, outcome }) => `${failure.name} ${outcome}`)
  expect(outcomes).toEqual([
    'metadata-unknown-topic failed',
    'produce-answer-lost survived',
    'disk-full survived',
    'coordinator-moved survived',
    'commit-evicted survived',
    'commit-disk-full survived',
    'producer-id-coordinator-loading unmet',
    'transaction-concurrent unmet',
    'transaction-end-coordinator-moved unmet',
    'transaction-end-answer-lost unmet',
  ])
  expect(report.failed[0]!.message).toContain('does not host this topic-partition')
  await expect(
    failureMatrix({ only: ['commit-lost'], log: 'silent', isolation: 'inline' }, async () =>
      Promise.reject(new Error('no')),
    ),
  ).rejects.toThrow('it fails without any failure: Error: no')
  await expect(failureMatrix({ only: ['lots'] }, async () => {})).rejects.toThrow("no failure is called 'lots'.")
  const wrong = { only: 'commit', trialTimeoutMs: '1s' } as never
  await expect(failureMatrix(wrong, async () => {})).rejects.toThrow("is a number of milliseconds, not '1s'")
})

test('a trial that does not end is one that failed', async () => {
  const options = { only: ['commit-lost'], isolation: 'inline', log: 'silent', trialTimeoutMs: 3_000 } as const
  const report = await failureMatrix(options, async ({ brokers }, { name }) => {
    if (name !== 'none') await new Promise(() => {})
    const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    await admin.disconnect()
  })
  expect(report.failed.map(({ message }) => message)).toEqual([expect.stringContaining('not done after 3000 ms')])
})

test('who asks the broker for nothing has survived nothing', async () => {
  const options = { only: ['commit-lost'], isolation: 'inline', log: 'silent' } as const
  const idle = failureMatrix(options, kafka => kafka.produce('orders', { value: 'by the test itself' }))
  await expect(idle).rejects.toThrow('it never asked the broker for anything, so nothing can go wrong for it')
})
