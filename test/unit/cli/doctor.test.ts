import { doctor, linesOf, read } from '../../../src/cli/doctor/doctor'
import { examine } from '../../../src/cli/doctor/examine'
import { advertisedFinding } from '../../../src/cli/doctor/words'
import { explain } from '../../../src/cli/program'
import type { Connection } from '../../../src/platform/network'
import type { Process } from '../../../src/platform/process'
import { EngineBench } from '../../support/engine-bench'

/** Somebody who listens at a port and answers in this way. */
async function listens(bench: EngineBench, port: number, answer: (said: Buffer, to: Connection) => void) {
  const { network, machine } = bench.platform
  const accept = (connection: Connection) => ({ data: (said: Buffer) => answer(said, connection), closed: () => {} })
  await bench.world.until(network.listen({ host: machine.name, port }, accept))
}

async function found(bench: EngineBench, port: number, write = false) {
  const world = { ...bench.platform, timeoutMs: 1_000 }
  const bootstrap = [{ host: bench.platform.machine.name, port }]
  return bench.world.until(examine(world, { bootstrap, write }))
}

test('a cluster that is well, and a record that makes its way', async () => {
  const bench = new EngineBench()
  const { cluster, clusterId } = await bench.start({ brokers: 2 })
  const diagnosis = await found(bench, 9092, true)
  expect(diagnosis).toMatchObject({ ok: true, clusterId })
  expect(linesOf(diagnosis)).toEqual([
    expect.stringMatching(/^ok {4}a:9092 is a Kafka broker, with \d+ APIs$/),
    `ok    cluster ${clusterId} of 2 brokers, 1, 2; controller 1`,
    expect.stringMatching(/^ok {4}broker 1 sends clients to \S+:9092, which is right from here$/),
    expect.stringMatching(/^ok {4}broker 2 sends clients to \S+:9093, which is right from here$/),
    expect.stringMatching(/^ok {4}a record was written to topic odradek-doctor-\w+ and read; the topic is deleted$/),
    'All is well.',
  ])
  await expect(
    bench.ask(cluster, 'read', { topic: 'any', partition: null, from: 'start', next: [], waitMs: 0 }),
  ).rejects.toThrow('there are none')
})

test('an address that is told and wrong', async () => {
  const bench = new EngineBench()
  await bench.start({ config: { 'advertised.listeners': 'PLAINTEXT://a:9999' } })
  const diagnosis = await found(bench, 9092, true)
  expect(diagnosis.ok).toBe(false)
  expect(diagnosis.findings.at(-1)).toEqual({
    check: 'advertised',
    ok: false,
    says: 'broker 1 sends clients to a:9999, but from here nobody listens there',
    advice: expect.stringContaining('On broker 1 set advertised.listeners=PLAINTEXT://a:9092, with'),
  })
})

test('of several brokers one is not told the port of another', () => {
  const seen = { address: { host: 'a', port: 9099 }, trouble: 'refused', detail: '', apis: 0, metadata: null } as const
  const two = advertisedFinding(2, seen, { host: 'a', port: 9092 }, false)
  expect(two.advice).toContain('On broker 2 set advertised.listeners=PLAINTEXT://a:PORT, with')
})

test('an address at which another cluster is', async () => {
  const bench = new EngineBench()
  await bench.start({ config: { 'advertised.listeners': 'PLAINTEXT://a:9192' } })
  await bench.start({ port: 9192 })
  const { findings } = await found(bench, 9092)
  expect(findings.at(-1)!.says).toMatch(/^broker 1 sends clients to a:9192, where cluster \S+ is, not \S+$/)
})

test('what is at an address and is no Kafka broker is told apart', async () => {
  const bench = new EngineBench()
  await listens(bench, 1, (_said, to) => {
    to.write([Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')])
    to.end()
  })
  await listens(bench, 2, (said, to) => {
    if (said[0] === 22) to.write([Buffer.from([22, 3, 3, 0, 1, 2])])
    to.end()
  })
  await listens(bench, 3, () => {})
  await listens(bench, 4, (_said, to) => to.end())
  await listens(bench, 5, (_said, to) => {
    to.write([Buffer.from('SSH-2.0-OpenSSH\r\n')])
    to.end()
  })
  // A web server that has no answer to a request, and one to what it does not understand.
  await listens(bench, 7, (said, to) => {
    if (said[0] === 22) to.write([Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')])
  })
  const says = async (port: number) => (await found(bench, port)).findings.map(finding => finding.says)
  expect(await says(1)).toEqual(['a:1: what listens there is a web server (HTTP), not a Kafka broker'])
  expect(await says(2)).toEqual(['a:2: what listens there speaks TLS, and was asked without'])
  expect(await says(3)).toEqual(['a:3: somebody listens there and says nothing'])
  expect(await says(4)).toEqual(['a:4: the connection is closed without an answer'])
  expect(await says(5)).toEqual(['a:5: what listens there does not speak the protocol of Kafka'])
  expect(await says(6)).toEqual(['a:6: nobody listens there'])
  expect(await says(7)).toEqual(['a:7: what listens there is a web server (HTTP), not a Kafka broker'])
})

test('addresses come from the command line, the environment, or are the usual one', () => {
  const servers = (argv: string[], env = {}) => read(argv, env)?.bootstrap
  expect(servers([])).toEqual([{ host: '127.0.0.1', port: 9092 }])
  expect(servers([], { KAFKA_BROKERS: 'k:1,[::1]:2' })).toEqual([
    { host: 'k', port: 1 },
    { host: '::1', port: 2 },
  ])
  expect(servers(['PLAINTEXT://broker', '--json'], { KAFKA_BROKERS: 'k:1' })).toEqual([{ host: 'broker', port: 9092 }])
  expect(servers(['[fe80::1%eth0]:9092', '[fe80::1%12]'])).toEqual([
    { host: 'fe80::1%eth0', port: 9092 },
    { host: 'fe80::1%12', port: 9092 },
  ])
  expect(read(['--write', 'k:1'], {})).toMatchObject({ write: true, json: false })
  for (const mistaken of [['a b'], ['k:99999'], ['--wirte'], ['k:']]) expect(read(mistaken, {})).toBeNull()
  expect(explain(['doctor', '--help'])).toMatchObject({ said: expect.stringContaining('--write'), exitCode: 0 })
  expect(explain(['docter'])).toMatchObject({ said: expect.stringContaining('Did you mean doctor?') })
})

test('exit codes: 0 well, 1 not, 2 not understood; one line of JSON', async () => {
  const bench = new EngineBench()
  await bench.start()
  const run = async (...argv: string[]) => {
    const said: string[] = []
    const codes: number[] = []
    const say = (line: string) => void said.push(line)
    const process = { env: {}, print: say, complain: say, exit: (code: number) => void codes.push(code) }
    await bench.world.until(doctor(argv, process as unknown as Process, bench.platform))
    return { said, code: codes[0] }
  }
  const well = await run('a:9092', '--json')
  expect(well.code).toBe(0)
  expect(JSON.parse(well.said[0]!)).toMatchObject({ ok: true, findings: [{ check: 'bootstrap' }, {}, {}] })
  expect(await run('a:1')).toEqual({ code: 1, said: expect.arrayContaining(['Something is wrong.']) })
  expect(await run('a:1:2')).toEqual({ code: 2, said: [expect.stringContaining('HOST:PORT')] })
})
