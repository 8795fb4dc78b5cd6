/** The command line against the operating system: what it says, what it leaves behind, how it ends. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ApiVersions } from '../../src/protocol/messages/api-versions'
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { Fetch } from '../../src/protocol/messages/fetch'
import { Metadata } from '../../src/protocol/messages/metadata'
import { version } from '../../src/platform/version'
import { Odradek, freePort, ran, scratch } from './odradek'

jest.setTimeout(60_000)

const command = join(__dirname, '../../bin/odradek.js')

const asked = { clientSoftwareName: 'test', clientSoftwareVersion: '1' }
const topicNamed = (name: string, numPartitions = 1) => ({
  topics: [{ name, numPartitions, replicationFactor: 1, assignments: [], configs: [] }],
  timeoutMs: 30_000,
  validateOnly: false,
})
const topicsOf = async (broker: Odradek): Promise<string[]> => {
  const { topics } = await (await broker.connect()).request(Metadata, 12, { topics: null })
  return (topics ?? []).map(({ name }) => name ?? '')
}
const oneLine = (text: string) => expect(text.trimEnd().split('\n')).toHaveLength(1)

describe('a broker', () => {
  test('in memory: it is ready, answers, and ends well', async () => {
    const broker = new Odradek(['--port', '0', '--json'])
    const ready = await broker.ready()
    expect(ready).toMatchObject({ storage: 'memory', dataDir: null, profile: 'dev', flush: 'os', version })
    expect(ready.pid).toBe(broker.pid)
    expect(ready.bootstrapServers).toBe(`127.0.0.1:${ready.port}`)
    const { apiKeys } = await (await broker.connect()).request(ApiVersions, 3, asked)
    expect(apiKeys.length).toBeGreaterThan(10)
    expect(await broker.stop()).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^\{.*\}\n\{"event":"stopped"\}\n$/),
      stderr: '',
    })
  })

  test('start: what it was given is there after a restart, and it says so when it stops cleanly', async () => {
    const directory = join(scratch(), 'a/b')
    const first = new Odradek(['start', '--data-dir', directory, '--port', '0', '--json'])
    const ready = await first.ready()
    expect(ready).toMatchObject({ storage: 'directory', dataDir: directory, profile: 'prod', flush: 'group' })
    const { topics } = await (await first.connect()).request(CreateTopics, 7, topicNamed('orders', 3))
    expect(topics[0]).toMatchObject({ errorCode: 0 })
    expect((await first.stop()).code).toBe(0)
    expect(existsSync(join(directory, '.kafka_cleanshutdown'))).toBe(true)

    const second = new Odradek(['start', '--port', '0', '--json'], { ODRADEK_DATA_DIR: directory })
    expect((await second.ready()).clusterId).toBe(ready.clusterId)
    expect(await topicsOf(second)).toEqual(['orders'])
    expect((await second.stop()).code).toBe(0)
  })

  test('a request that is under way when it is asked to stop is answered', async () => {
    const broker = new Odradek(['--port', '0', '--json', '--profile', 'strict'])
    const client = await broker.connect()
    await client.request(CreateTopics, 7, topicNamed('t'))
    const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }]
    // A long poll that finds nothing: Kafka would keep it for a minute.
    const waiting = client.request(Fetch, 12, {
      maxWaitMs: 60_000,
      minBytes: 1,
      maxBytes: 1000,
      topics: [{ topic: 't', partitions }],
    })
    // Answered after the request above was taken, since a connection is served in order.
    const other = await broker.connect()
    await other.request(ApiVersions, 3, asked)
    broker.signal('SIGTERM')
    expect((await waiting).errorCode).toBe(0)
    expect((await broker.ended).code).toBe(0)
  })

  test('settings reach it: --set, --config, and the node of a directory that was moved here', async () => {
    const directory = scratch()
    const file = join(directory, 'server.properties')
    const data = join(directory, 'data')
    mkdirSync(data)
    writeFileSync(join(data, 'meta.properties'), 'version=1\ncluster.id=AAAAAAAAAAAAAAAAAAAAAA\nnode.id=7\n')
    writeFileSync(file, `log.dirs=${data}\nlisteners=PLAINTEXT://127.0.0.1:0\nnum.partitions=5\n`)
    const broker = new Odradek(['start', '--json', '--config', file, '--set', 'auto.create.topics.enable=true'])
    expect(await broker.ready()).toMatchObject({ nodeId: 7, clusterId: 'AAAAAAAAAAAAAAAAAAAAAA', dataDir: data })
    const client = await broker.connect()
    const { topics } = await client.request(CreateTopics, 7, topicNamed('t', -1))
    expect(topics[0]).toMatchObject({ errorCode: 0, numPartitions: 5 })
    expect((await broker.stop()).code).toBe(0)
  })

  test('the ready file is there while it is ready', async () => {
    const file = join(scratch(), 'ready')
    const broker = new Odradek(['--port', '0', '--json', '--ready-file', file])
    const ready = await broker.ready()
    // The file is written right after the line, and at once as a whole.
    while (!existsSync(file)) await new Promise(resolve => setImmediate(resolve))
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(ready)
    await broker.stop()
    expect(existsSync(file)).toBe(false)
  })

  test('Ctrl-C ends it, and the banner is all that it said', async () => {
    const port = await freePort()
    const broker = new Odradek(['--port', String(port)])
    await broker.ready().catch(() => {})
    broker.signal('SIGINT')
    const { code, stdout, stderr } = await broker.ended
    expect(code).toBe(0)
    expect(stdout).toContain(`127.0.0.1:${port}`)
    expect(stdout.split('\n').length).toBeLessThan(20)
    expect(stderr).toBe('')
  })
})

describe('what cannot run', () => {
  test('a taken port: by whom, and nothing is touched', async () => {
    const broker = new Odradek(['--port', '0', '--json'])
    const { port } = await broker.ready()
    const directory = join(scratch(), 'data')
    const { code, stdout, stderr } = await ran(['start', '--port', String(port), '--data-dir', directory])
    expect(code).toBe(1)
    expect(stdout).toBe('')
    oneLine(stderr)
    expect(stderr).toMatch(`port ${port} is taken by`)
    expect(stderr).toMatch(`Another port: node bin/odradek.js start --data-dir ${directory} --port 0`)
    if (process.platform === 'linux') expect(stderr).toMatch(`process ${broker.pid} (`)
    expect(existsSync(directory)).toBe(false)
  })

  test('a directory in use: by whom', async () => {
    const directory = scratch()
    const broker = new Odradek(['start', '--port', '0', '--json', '-d', directory])
    await broker.ready()
    const { code, stderr } = await ran(['start', '--port', '0', '-d', directory])
    expect(code).toBe(1)
    oneLine(stderr)
    expect(stderr).toMatch(`${directory} is in use by process ${broker.pid} (`)
    expect((await broker.stop()).code).toBe(0)
  })

  test.each([
    ['of another cluster', 'version=1\ncluster.id=BBBBBBBBBBBBBBBBBBBBBB\nnode.id=1\n', /belongs to cluster BBB/],
    [
      'of a newer format',
      'version=2\ncluster.id=AAAAAAAAAAAAAAAAAAAAAA\nnode.id=1\n',
      /version 2, not 0 or 1.*newer version/,
    ],
    ['of another node', 'version=1\ncluster.id=AAAAAAAAAAAAAAAAAAAAAA\nnode.id=2\n', /belongs to node 2, not 1/],
  ])('a directory %s stays as it is', async (_, meta, said) => {
    const directory = scratch()
    writeFileSync(join(directory, 'meta.properties'), meta)
    const wanted = ['--set', 'odradek.cluster.id=AAAAAAAAAAAAAAAAAAAAAA', '--set', 'node.id=1']
    const { code, stderr } = await ran(['start', '--port', '0', '-d', directory, ...wanted])
    expect(code).toBe(1)
    oneLine(stderr)
    expect(stderr).toMatch(said)
    expect(readFileSync(join(directory, 'meta.properties'), 'utf8')).toBe(meta)
    expect(readdirSync(directory).filter(name => name !== '.lock')).toEqual(['meta.properties'])
  })

  test('a directory that is a file, below a file, or in a place where there can be none', async () => {
    const file = join(scratch(), 'file')
    writeFileSync(file, 'precious')
    for (const path of [file, join(file, 'below'), ...(process.platform === 'linux' ? ['/proc/odradek'] : [])]) {
      const { code, stderr } = await ran(['start', '--port', '0', '-d', path])
      expect(code).toBe(1)
      oneLine(stderr)
      expect(stderr).toMatch(`${path} cannot be used: `)
    }
    expect(readFileSync(file, 'utf8')).toBe('precious')
  })

  test.each([
    [['--prot', '1'], /unknown option '--prot'.*Did you mean --port/],
    [['stat'], /no command 'stat'. Did you mean start/],
    [['--set', 'num.partition=1'], /Unknown config key 'num.partition' \(--set\). Did you mean 'num.partitions'/],
    [['--profile', 'fast'], /one of: dev, test, strict, prod/],
    [['--port', '99999'], /takes a port from 0 to 65535/],
    [['start'], /needs a directory/],
  ])('a mistake: %s', async (args, said) => {
    const { code, stdout, stderr } = await ran(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    oneLine(stderr)
    expect(stderr).toMatch(said)
  })

  test('an unknown variable of the environment', async () => {
    const { code, stderr } = await ran([], { ODRADEK_PROT: '1' })
    expect(code).toBe(2)
    expect(stderr).toMatch(/ODRADEK_PROT is set.* Did you mean ODRADEK_PORT/)
  })
})

test('it is in the package as npm installs it', () => {
  const listed = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: join(__dirname, '../..'),
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  const [{ files }] = JSON.parse(listed.stdout) as [{ files: { path: string }[] }]
  const paths = files.map(({ path }) => path)
  expect(paths).toEqual(
    expect.arrayContaining(['bin/odradek.js', 'dist/cli/main.js', 'dist/index.js', 'dist/index.d.ts']),
  )
  expect(paths.filter(path => /^(src|test|scripts|compat|bench)\//.test(path))).toEqual([])
})

describe('a command beside a broker', () => {
  const running = (...args: string[]) => ran(['run', ...args])

  test('is told where it is, and its exit code is ours', async () => {
    const script = `
      const net = require('node:net')
      const [host, port] = process.env.KAFKA_BOOTSTRAP_SERVERS.split(':')
      const socket = net.connect(Number(port), host, () => { console.log(process.env.KAFKA_BROKERS); socket.destroy(); process.exitCode = 7 })`
    const { code, stdout, stderr } = await running('--', process.execPath, '-e', script)
    expect({ code, stderr }).toEqual({ code: 7, stderr: '' })
    expect(stdout).toMatch(/^127\.0\.0\.1:\d+\n$/)
  })

  test('takes what stands behind -- as it is, and flags of ours before it', async () => {
    const port = String(await freePort())
    const script = 'console.log(JSON.stringify([process.env.KAFKA_BROKERS, ...process.argv.slice(1)]))'
    const { stdout } = await running('--port', port, '--', process.execPath, '-e', script, '--', '--port', 'a b')
    expect(JSON.parse(stdout)).toEqual([`127.0.0.1:${port}`, '--port', 'a b'])
  })

  test('may stand behind our flags without --, and has its own after it', async () => {
    const script = 'console.log(JSON.stringify([typeof process.env.KAFKA_BROKERS, ...process.argv.slice(1)]))'
    const { stdout } = await running('--topic', 'orders', process.execPath, '-e', script, 'a', '--', '-b')
    expect(JSON.parse(stdout)).toEqual(['string', 'a', '--', '-b'])
    expect(await running('no such command')).toMatchObject({
      code: 127,
      stderr: expect.stringContaining('Its words go one by one: odradek run -- no such command'),
    })
  })

  test('has its standard input, and topics to begin with', async () => {
    const script = `
      const { Kafka, logLevel } = require('kafkajs')
      const admin = new Kafka({ brokers: [process.env.KAFKA_BROKERS], logLevel: logLevel.NOTHING }).admin()
      const read = require('node:fs').readFileSync(0, 'utf8')
      admin.connect().then(() => admin.fetchTopicMetadata()).then(({ topics }) => {
        console.log(JSON.stringify([read, topics.map(({ name, partitions }) => name + ' ' + partitions.length).sort()]))
        return admin.disconnect()
      })`
    // Newer releases of Node warn of the client's timers.
    const client = [process.execPath, '--no-warnings', '-e', script]
    for (const more of [[], ['--control']]) {
      const args = ['run', '--topic', 'orders:3', '--topic', 'users', ...more, '--', ...client]
      const { stdout, stderr } = spawnSync(process.execPath, [command, ...args], { input: 'asked', encoding: 'utf8' })
      expect({ stderr, said: JSON.parse(stdout) }).toEqual({ stderr: '', said: ['asked', ['orders 3', 'users 1']] })
    }
    for (const [topic, code] of [
      ['orders:x', 2],
      ['or/ders', 1],
    ] as const) {
      const refused = await running('--topic', topic, '--', 'true')
      expect(refused).toMatchObject({ code, stderr: expect.stringContaining(topic) })
    }
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('hears of %s, and its end is ours', async (signal, expected) => {
    const script = 'console.log("up"); setInterval(() => {}, 1000)'
    const running = spawn(process.execPath, [command, 'run', '--', process.execPath, '-e', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    await new Promise(resolve => running.stdout.once('data', resolve))
    running.kill(signal)
    const code = await new Promise(resolve => running.once('exit', resolve))
    expect(code).toBe(expected)
  })

  test('says what is wrong with it', async () => {
    const missing = await running('--', 'no-such-command-here')
    expect(missing).toMatchObject({
      code: 127,
      stderr: 'odradek: no-such-command-here cannot be run: there is no such command\n',
    })
    for (const args of [[], ['--']]) {
      const { code, stderr } = await running(...args)
      expect(code).toBe(2)
      expect(stderr).toMatch(/^odradek: run needs a command, such as: odradek run -- npm test/)
    }
    expect((await running('--bogus', '--', 'true')).code).toBe(2)
  })
})
