import { type CommandLine, parseUsual } from '../../../src/cli/flags'
import { type ServedNode, type StartNode, serve } from '../../../src/cli/serve'
import type { NodeConfig } from '../../../src/node/config/config'
import type { OtherProcess, OwnProgram, Process, Signal } from '../../../src/platform/process'
import { simulatedPlatform } from '../../../src/platform/simulated/platform'
import { World } from '../../../src/platform/simulated/world'

class FakeProcess implements Process {
  readonly hasTerminal = false
  readonly pid = 4711
  readonly workingDir = '/somewhere'
  readonly isTerminal = false
  readonly env: Record<string, string> = {}
  readonly printed: string[] = []
  readonly complaints: string[] = []
  readonly exits: number[] = []
  readonly others: OtherProcess[] = []
  #run: (signal: Signal) => void = () => {}
  readonly argv: readonly string[]
  readonly script = '/usr/lib/node_modules/.bin/odradek'

  constructor(argv: readonly string[]) {
    this.argv = argv
  }
  print = (line: string) => void this.printed.push(line)
  complain = (line: string) => void this.complaints.push(line)
  stay = () => {}
  run(): OwnProgram {
    throw new Error('nothing is run here')
  }
  exit = (code: number) => void this.exits.push(code)
  onSignal = (run: (signal: Signal) => void) => void (this.#run = run)
  signal = (signal: Signal) => this.#run(signal)
  holderOfPort = () => this.others[0] ?? null
  named = (identity: string) => this.others.find(({ pid }) => identity === `${pid} 123 boot\n`) ?? null
}

const otherMap = 'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,OTHER:PLAINTEXT'

function scene(...argv: string[]) {
  const world = new World({ seed: 1 })
  const platform = simulatedPlatform(world)
  const process = new FakeProcess(argv)
  const started: NodeConfig[] = []
  const address = { host: '127.0.0.1', port: 9092 }
  const node: ServedNode & { stops: number; whenStopped: Promise<void> } = {
    address,
    addresses: [address, { host: '::', port: 9093 }],
    clusterId: 'kOLDkOLDkOLDkOLDkOLD0w',
    nodeId: 1,
    stops: 0,
    whenStopped: Promise.resolve(),
    async stop() {
      node.stops += 1
      await node.whenStopped
    },
  }
  const run = (start?: StartNode) => {
    const line = parseUsual(argv) as CommandLine
    return world.until(
      serve(
        line,
        process,
        platform,
        start ??
          (async (_, config) => {
            started.push(config)
            return node
          }),
      ),
    )
  }
  const settle = () => world.until(platform.files.syncDir('/'))
  return { world, platform, process, node, started, run, settle }
}

const failing =
  (error: object): StartNode =>
  () =>
    Promise.reject(Object.assign(new Error('failed'), error))

/** As `storage/fault.ts` has it. */
const refusedDirectory = (reason: string) =>
  Object.assign(new Error('/d: why it is so'), { name: 'DirectoryRefused', path: '/d', reason })

describe('ready', () => {
  test('one screen for a person', async () => {
    const { process, run } = scene()
    await run()
    expect(process.printed).toHaveLength(1)
    const screen = process.printed[0]!
    expect(screen).toContain('127.0.0.1:9092')
    expect(screen).toContain('memory: everything is lost on exit')
    expect(screen).toContain('dev: rebalance delay 0 ms, fetch waits at most 100 ms, lost members evicted after 250 ms')
    expect(screen).toContain('Ctrl-C')
    expect(screen.split('\n').length).toBeLessThan(20)
    expect(screen.split('\n').every(line => line.length <= 120)).toBe(true)
    expect(process.complaints).toEqual([])
  })

  test('what is kept, and when it is on disk', async () => {
    const { process, run } = scene('start', '-d', 'data')
    await run()
    expect(process.printed[0]).toContain('files in /somewhere/data')
    expect(process.printed[0]).toContain('group: acknowledged means on disk')
    expect(process.printed[0]).toContain('prod: waits as Apache Kafka does')
  })

  test('one line for a program, in a file as well', async () => {
    const { process, platform, run } = scene('--json', '--ready-file', '/ready')
    await run()
    expect(process.printed).toHaveLength(1)
    const said = JSON.parse(process.printed[0]!)
    expect(said).toMatchObject({
      event: 'ready',
      bootstrapServers: '127.0.0.1:9092',
      port: 9092,
      storage: 'memory',
      dataDir: null,
      profile: 'dev',
      flush: 'os',
      pid: 4711,
      nodeId: 1,
    })
    expect(JSON.parse(platform.files.readFile('/ready').toString())).toEqual(said)
  })

  test('several listeners are told with their names', async () => {
    const listeners = ['--set', 'listeners=PLAINTEXT://127.0.0.1:9092,OTHER://:9093', '--set', otherMap]
    const person = scene('dev', ...listeners)
    await person.run()
    expect(person.process.printed[0]).toMatch(
      /Kafka +127.0.0.1:9092 {3}PLAINTEXT\n +localhost:9093 {3}OTHER, PLAINTEXT {3}\(every interface, port 9093\)\n/,
    )
    const program = scene('dev', '--json', ...listeners)
    await program.run()
    expect(JSON.parse(program.process.printed[0]!).listeners).toEqual([
      { name: 'PLAINTEXT', protocol: 'PLAINTEXT', host: '127.0.0.1', port: 9092 },
      { name: 'OTHER', protocol: 'PLAINTEXT', host: '::', port: 9093 },
    ])
  })

  test('of several nodes, clients are told all', async () => {
    const nodes = [9092, 9093, 9094].map(port => [{ host: '127.0.0.1', port }])
    const person = scene('--brokers', '3')
    Object.assign(person.node, { nodes })
    await person.run()
    expect(person.process.printed[0]).toContain('127.0.0.1:9092,127.0.0.1:9093,127.0.0.1:9094')
    expect(person.process.printed[0]).toContain('nodes 1 to 3, pid 4711')
    expect(person.started[0]!.statics.get('default.replication.factor')).toBe('3')
    const program = scene('--json', '--brokers', '3')
    Object.assign(program.node, { nodes })
    await program.run()
    const bootstrapServers = '127.0.0.1:9092,127.0.0.1:9093,127.0.0.1:9094'
    expect(JSON.parse(program.process.printed[0]!)).toMatchObject({ bootstrapServers, port: 9092 })
  })

  test('an address for everybody is told as one that can be reached', async () => {
    const { process, node, run } = scene('--json', '--host', '0.0.0.0')
    Object.assign(node.address, { host: '0.0.0.0', port: 1234 })
    await run()
    expect(JSON.parse(process.printed[0]!)).toMatchObject({ bootstrapServers: 'localhost:1234', host: '0.0.0.0' })
  })

  test('what means nothing here is a warning', async () => {
    const { process, run, started } = scene('--set', 'offsets.topic.replication.factor=3')
    await run()
    expect(process.complaints).toEqual([
      'odradek: warning: offsets.topic.replication.factor=3 (--set) needs 3 brokers; on a single node it is 1.',
    ])
    expect(started).toHaveLength(1)
  })
})

describe('stop', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s stops in good order and exits with 0', async signal => {
    const { process, platform, node, run, settle } = scene('--json', '--ready-file', '/ready')
    await run()
    process.signal(signal)
    await settle()
    await settle()
    expect(node.stops).toBe(1)
    expect(process.exits).toEqual([0])
    expect(JSON.parse(process.printed[1]!)).toEqual({ event: 'stopped' })
    expect(platform.files.stat('/ready')).toBeNull()
  })

  test('a second signal exits at once', async () => {
    const { world, platform, process, node, run } = scene()
    node.whenStopped = new Promise(() => {})
    await run()
    process.signal('SIGTERM')
    expect(process.exits).toEqual([])
    await world.until(new Promise<void>(resolve => platform.timers.after(500, resolve)))
    process.signal('SIGTERM')
    expect(process.exits).toEqual([143])
  })

  test('the same Ctrl-C twice, as npm gives it, is one', async () => {
    const { process, node, run, settle } = scene()
    await run()
    process.signal('SIGINT')
    process.signal('SIGINT')
    await settle()
    expect(node.stops).toBe(1)
    expect(process.exits).toEqual([0])
  })

  test('a signal while it starts is kept', async () => {
    const { process, node, run, settle } = scene()
    await run(async () => {
      process.signal('SIGTERM')
      return node
    })
    await settle()
    expect(process.exits).toEqual([0])
  })

  test('a start that takes long is given up', async () => {
    const { platform, process, run } = scene('--json')
    const passed = (ms: number) => new Promise<void>(resolve => platform.timers.after(ms, resolve))
    let exits: unknown[] | null = null
    await run(async () => {
      process.signal('SIGTERM')
      await passed(1_900)
      exits = [...process.exits]
      await passed(200)
      throw Object.assign(new Error('nobody waits any more'), { code: 'EIO' })
    })
    expect(exits).toEqual([])
    expect(process.complaints[0]).toBe(
      'odradek: stopped before it was ready; nothing is lost, and the next start begins again.',
    )
    expect(JSON.parse(process.printed[0]!)).toEqual({ event: 'stopped' })
    expect(process.exits[0]).toBe(0)
  })

  test('a stop that fails is told', async () => {
    const { process, node, run, settle } = scene()
    await run()
    node.whenStopped = Promise.reject(new Error('the disk is gone'))
    process.signal('SIGTERM')
    await settle()
    expect(process.complaints).toEqual(['odradek: it did not stop cleanly: the disk is gone'])
    expect(process.exits).toEqual([1])
  })
})

describe('what cannot run says what, why and what to do', () => {
  test('start without a directory', async () => {
    const { process, started, run } = scene('start', '--port', '1')
    await run()
    expect(process.complaints).toEqual([
      'odradek: start keeps data and needs a directory for it: odradek start --port 1 --data-dir ./odradek-data   (in memory: odradek)',
    ])
    expect(process.exits).toEqual([2])
    expect(started).toEqual([])
  })

  test('a directory that is made for a command beside the broker is told of', async () => {
    const beside = async (...argv: string[]) => {
      const { process, run } = scene('run', ...argv, '--', 'pytest')
      await expect(run()).rejects.toThrow('nothing is run here')
      return process.complaints
    }
    expect(await beside()).toEqual([])
    expect(await beside('--data-dir', 'data')).toEqual([])
    expect(await beside('--set', 'log.dirs=data')).toEqual([
      'odradek: log.dirs: the directory /somewhere/data is made for the data, and stays when the command has ended',
    ])
  })

  test('settings, each problem a line, and as JSON when asked', async () => {
    const { process, run } = scene('--json', '--set', 'num.partition=1', '--set', 'x')
    await run()
    expect(process.complaints).toEqual([
      'odradek: --set x: give key=value, such as --set num.partitions=3.',
      "odradek: Unknown config key 'num.partition' (--set). Did you mean 'num.partitions'?",
    ])
    expect(JSON.parse(process.printed[0]!)).toMatchObject({ event: 'refused', exitCode: 2 })
    expect(process.exits).toEqual([2])
  })

  test.each([
    ['0', '0'],
    ['10', '10'],
    ['x', "'x'"],
    ['1.5', "'1.5'"],
    ['', "''"],
  ])('a number of nodes that cannot be: %p', async (count, told) => {
    const { process, started, run } = scene(`--brokers=${count}`)
    await run()
    expect(process.complaints).toEqual([`odradek: --brokers is how many nodes there are, from 1 to 9, not ${told}.`])
    expect([process.exits, started]).toEqual([[2], []])
  })

  test('a taken port of a node that is not the first', async () => {
    const { process, run } = scene('--brokers', '3')
    process.others.push({ pid: 12, command: 'java' })
    await run(failing({ code: 'EADDRINUSE', syscall: 'listen', port: 9094 }))
    expect(process.complaints[0]).toMatch(
      'port 9094 is taken by process 12 (java). Another port: odradek --brokers 3 --port 0',
    )
  })

  test('a taken port: by whom, and the command for another', async () => {
    const { process, run } = scene('start', '-d', 'my data', '-p', '9092')
    process.others.push({ pid: 12, command: 'java kafka.Kafka' })
    await run(failing({ code: 'EADDRINUSE', syscall: 'listen' }))
    expect(process.complaints).toEqual([
      "odradek: port 9092 is taken by process 12 (java kafka.Kafka). Another port: odradek start -d 'my data' --port 0",
    ])
    expect(process.exits).toEqual([1])
  })

  test('a taken port of another listener is not the one that a flag would change', async () => {
    const { process, run } = scene('dev', '--set', 'listeners=PLAINTEXT://:9092,OTHER://:9093', '--set', otherMap)
    process.others.push({ pid: 12, command: 'java' })
    await run(failing({ code: 'EADDRINUSE', syscall: 'listen', port: 9093 }))
    expect(process.complaints).toEqual([
      'odradek: port 9093 of OTHER is taken by process 12 (java). Give it another in listeners.',
    ])
  })

  test('what is advised stands before the command that runs beside the broker, and leaves its words alone', async () => {
    const { process, run } = scene('run', '--host', '10.9.9.9', '--', 'test', '--host', 'x', '-p', '9')
    await run(failing({ code: 'EADDRNOTAVAIL', syscall: 'listen' }))
    expect(process.complaints[0]).toMatch(/: odradek run --host 0\.0\.0\.0 -- test --host x -p 9$/)
    const other = scene('run', 'true')
    await other.run(failing({ code: 'EADDRINUSE', syscall: 'listen' }))
    expect(other.process.complaints[0]).toMatch(/Another port: odradek run --port 0 -- true$/)
  })

  test.each([':3', 'orders:x', 'orders:0'])('--topic %s is a mistake, told before anything starts', async topic => {
    const { process, run, started } = scene('--topic', topic)
    await run()
    expect(process.complaints).toEqual([
      `odradek: --topic ${topic}: give a name, or a name and partitions as orders:3.`,
    ])
    expect([process.exits, started]).toEqual([[2], []])
  })

  test('by npm, the command is npm', async () => {
    const { process, run } = scene()
    process.env['npm_lifecycle_event'] = 'start'
    await run(failing({ code: 'EADDRINUSE', syscall: 'listen' }))
    expect(process.complaints[0]).toMatch('Another port: npm start -- --port 0')
  })

  test.each([
    ['EADDRNOTAVAIL', 'listen', 'is no address of this machine'],
    ['EACCES', 'listen', 'may not be opened by this user'],
    ['ENOTFOUND', 'getaddrinfo', 'is not known'],
  ])('an address that cannot be: %s', async (code, syscall, said) => {
    const { process, run } = scene()
    await run(failing({ code, syscall }))
    expect(process.complaints[0]).toMatch(said)
    expect(process.exits).toEqual([1])
  })

  test('a locked directory: by whom nobody can say, since the number is of another process here', async () => {
    const { platform, process, run, world } = scene('-d', '/d')
    platform.files.makeDir('/d')
    await world.until(platform.files.replaceFile('/d/.lock', '1 45 boot\n'))
    process.others.push({ pid: 1, command: '/init' })
    await run(() => Promise.reject(refusedDirectory('locked')))
    expect(process.complaints).toEqual([
      'odradek: the data directory /d is in use by another process, perhaps in another container. Stop that one, or give another directory with --data-dir.',
    ])
  })

  test('a locked directory: by whom', async () => {
    const { platform, process, run, world } = scene('-d', '/d')
    platform.files.makeDir('/d')
    await world.until(platform.files.replaceFile('/d/.lock', '77 123 boot\n'))
    process.others.push({ pid: 77, command: 'node odradek start' })
    await run(() => Promise.reject(refusedDirectory('locked')))
    expect(process.complaints).toEqual([
      'odradek: the data directory /d is in use by process 77 (node odradek start). Stop that one, or give another directory with --data-dir.',
    ])
    expect(process.exits).toEqual([1])
  })

  test.each(['unusable', 'other cluster', 'other node', 'unknown format', 'not migrated'] as const)(
    'a directory that is %s',
    async reason => {
      const { process, run } = scene('-d', '/d')
      await run(() => Promise.reject(refusedDirectory(reason)))
      expect(process.complaints).toHaveLength(1)
      expect(process.complaints[0]).toMatch(
        /^odradek: \/d: why it is so\. .*(--data-dir|node\.id|odradek\.cluster\.id)/,
      )
      expect(process.exits).toEqual([1])
    },
  )

  test('a file that cannot be used', async () => {
    const { process, run } = scene('-d', '/d')
    await run(failing({ code: 'EROFS', syscall: 'mkdir', path: '/d' }))
    expect(process.complaints).toEqual([
      'odradek: /d cannot be used: the file system is read-only. Make it writable, or give another directory with --data-dir.',
    ])
  })

  test('a bug shows where it is', async () => {
    const { process, run } = scene()
    await run(failing({}))
    expect(process.complaints[0]).toMatch(/^odradek: Error: failed\n.* at /)
    expect(process.exits).toEqual([1])
  })
})
