/**
 * A real Apache Kafka, put together from its published jars: the judge of what is right.
 *
 *     node scripts/run.js scripts/judge/kafka.ts fetch            gets the jars, once; needs java 17 and mvn
 *     node scripts/run.js scripts/judge/kafka.ts serve --port P [--elder]   runs a broker until Ctrl-C
 *     node scripts/run.js scripts/judge/kafka.ts tool NAME ARGS   runs a console tool, such as kafka-topics
 *
 * The jars are kept in KAFKA_ORACLE or ~/.cache/kafka-oracle. Tools and clients are those of the newest release whose tools are published.
 */
import { spawnSync } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Broker, type Launcher } from './broker'
import { classPath, forShort, javaArgs } from './java'
import { mustRun, present, run } from './process'

export const kafkaVersion = process.env['KAFKA_VERSION'] ?? '4.4.0'
/** The last release that served the oldest versions of many APIs. */
export const elderVersion = '3.9.1'
export const toolsVersion = process.env['TOOLS_VERSION'] ?? '4.3.1'
const log4jVersion = '2.25.1'
const cache = process.env['KAFKA_ORACLE'] ?? path.join(os.homedir(), '.cache/kafka-oracle')
const brokerJarsOf = (version: string): string => path.join(cache, `broker-${version}`)
export const brokerJars = brokerJarsOf(kafkaVersion)
export const toolsJars = path.join(cache, `tools-${toolsVersion}`)

/** Class names of the console tools by their script's name. */
const tools: Readonly<Record<string, string>> = {
  'kafka-topics': 'org.apache.kafka.tools.TopicCommand',
  'kafka-configs': 'kafka.admin.ConfigCommand',
  'kafka-console-producer': 'org.apache.kafka.tools.ConsoleProducer',
  'kafka-console-consumer': 'org.apache.kafka.tools.consumer.ConsoleConsumer',
  'kafka-consumer-groups': 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
  'kafka-groups': 'org.apache.kafka.tools.GroupsCommand',
  'kafka-producer-perf-test': 'org.apache.kafka.tools.ProducerPerformance',
  'kafka-consumer-perf-test': 'org.apache.kafka.tools.ConsumerPerformance',
  'kafka-e2e-latency': 'org.apache.kafka.tools.EndToEndLatency',
  'kafka-verifiable-producer': 'org.apache.kafka.tools.VerifiableProducer',
  'kafka-verifiable-consumer': 'org.apache.kafka.tools.VerifiableConsumer',
  'kafka-broker-api-versions': 'org.apache.kafka.tools.BrokerApiVersionsCommand',
  'kafka-get-offsets': 'org.apache.kafka.tools.GetOffsetShell',
  'kafka-delete-records': 'org.apache.kafka.tools.DeleteRecordsCommand',
  'kafka-log-dirs': 'org.apache.kafka.tools.LogDirsCommand',
  'kafka-features': 'org.apache.kafka.tools.FeatureCommand',
  'kafka-cluster': 'org.apache.kafka.tools.ClusterTool',
  'kafka-dump-log': 'org.apache.kafka.tools.DumpLogSegments',
  'kafka-metadata-quorum': 'org.apache.kafka.tools.MetadataQuorumCommand',
  'connect-standalone': 'org.apache.kafka.connect.cli.ConnectStandalone',
  'connect-distributed': 'org.apache.kafka.connect.cli.ConnectDistributed',
  'kafka-acls': 'org.apache.kafka.tools.AclCommand',
  'kafka-client-metrics': 'org.apache.kafka.tools.ClientMetricsCommand',
  'kafka-delegation-tokens': 'org.apache.kafka.tools.DelegationTokenCommand',
  'kafka-leader-election': 'org.apache.kafka.tools.LeaderElectionCommand',
  'kafka-transactions': 'org.apache.kafka.tools.TransactionsCommand',
  'kafka-reassign-partitions': 'org.apache.kafka.tools.reassign.ReassignPartitionsCommand',
}

const complete = (dir: string): boolean => fs.existsSync(path.join(dir, '.complete'))

/** Says why no real Kafka can be run here, or null when one can. */
export function whyNoKafka(): string | null {
  if (!present('java')) return 'java 17 is not on the PATH'
  if (!complete(brokerJars) && !present('mvn')) return 'the jars are not fetched and mvn is not on the PATH'
  return null
}

/** What takes the place of the one logger. */
const otherLoggers = 'log4j,slf4j-log4j12,reload4j,slf4j-reload4j'

/** Resolves an artifact list with all it needs at run time into a directory, once. */
async function fetchJars(dir: string, artifacts: readonly string[], level: string): Promise<void> {
  if (complete(dir)) return
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'jars-'))
  const wanted = [
    ...artifacts,
    ...['log4j-slf4j-impl', 'log4j-core'].map(name => `org.apache.logging.log4j:${name}:${log4jVersion}`),
  ]
  const dependencies = wanted.map(artifact => {
    const [group, name, version] = artifact.split(':')
    return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`
  })
  const head = '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
  const id = '<groupId>judge</groupId><artifactId>jars</artifactId><version>1</version><packaging>pom</packaging>'
  fs.writeFileSync(
    path.join(work, 'pom.xml'),
    `${head}${id}<dependencies>${dependencies.join('')}</dependencies></project>`,
  )
  fs.rmSync(dir, { recursive: true, force: true })
  const goal = [
    'dependency:copy-dependencies',
    '-DincludeScope=runtime',
    `-DoutputDirectory=${dir}`,
    `-DexcludeArtifactIds=${otherLoggers}`,
  ]
  await mustRun('mvn', ['-B', '-q', '-f', path.join(work, 'pom.xml'), ...goal], { timeoutMs: 600_000 })
  const appender = [
    'type=Console',
    'name=stderr',
    'target=SYSTEM_ERR',
    'layout.type=PatternLayout',
    'layout.pattern=[%d] %p %m (%c)%n',
  ]
  const lines = [
    `rootLogger.level=${level}`,
    'rootLogger.appenderRef.a.ref=stderr',
    ...appender.map(line => `appender.a.${line}`),
  ]
  fs.writeFileSync(path.join(dir, 'log4j2.properties'), `${lines.join('\n')}\n`)
  fs.rmSync(work, { recursive: true, force: true })
  fs.writeFileSync(path.join(dir, '.complete'), '')
}

/**
 * Gets the jars of a broker when they are not there yet. Those before 4.0 speak to their logger by its first version, and
 * the ZooKeeper of the oldest finds no address on a newer Java.
 */
async function fetchBroker(version: string): Promise<void> {
  const bridge = /^[23]\./.test(version) ? [`org.apache.logging.log4j:log4j-1.2-api:${log4jVersion}`] : []
  const keeper = /^2\.[0-3]\./.test(version) ? ['org.apache.zookeeper:zookeeper:3.5.9'] : []
  const scala = keeper.length > 0 ? '2.12' : '2.13'
  await fetchJars(brokerJarsOf(version), [`org.apache.kafka:kafka_${scala}:${version}`, ...bridge, ...keeper], 'info')
}

/** Gets the jars of the broker and of the tools when they are not there yet. */
export async function fetchKafka(): Promise<void> {
  await fetchBroker(kafkaVersion)
  const parts = [
    'kafka-clients',
    'kafka-tools',
    'kafka_2.13',
    'kafka-streams',
    'kafka-streams-examples',
    'connect-api',
    'connect-runtime',
  ]
  const more = ['connect-json', 'connect-file', 'connect-transforms', 'connect-mirror', 'connect-mirror-client']
  await fetchJars(
    toolsJars,
    [...parts, ...more].map(name => `org.apache.kafka:${name}:${toolsVersion}`),
    'error',
  )
}

/** Gets the Java client of a release when it is not there yet; its class path. */
export async function fetchClients(version: string): Promise<string> {
  const dir = path.join(cache, `clients-${version}`)
  await fetchJars(dir, [`org.apache.kafka:kafka-clients:${version}`], 'error')
  return `${dir}/*`
}

/** Compiles a class against the jars of the broker; gives the directory that it is in. */
export async function compiledBeside(source: string): Promise<string> {
  await fetchBroker(kafkaVersion)
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'classes-'))
  await mustRun('javac', ['-nowarn', '-d', dir, '-cp', `${brokerJars}/*`, source], { timeoutMs: 120_000 })
  return dir
}

/** Class path of Kafka's Java clients and tools. */
export const toolsClassPath = classPath(toolsJars)

/** Command line of a program beside the tools, whose classes are in that directory. */
export const besideTools = (classes: string, ...args: string[]): string[] => [
  ...forShort(toolsJars),
  '-cp',
  classPath(toolsJars, classes),
  ...args,
]

/** The class of a console tool. */
export function toolClass(name: string): string {
  const main = tools[name]
  if (main === undefined) throw new Error(`no tool named '${name}'; there are ${Object.keys(tools).join(', ')}`)
  return main
}

/** Command line of a console tool. */
export const toolCommand = (name: string, args: readonly string[]): string[] => [
  ...forShort(toolsJars),
  ...javaArgs(toolsJars, '512m'),
  toolClass(name),
  ...args,
]

/**
 * Broker and controller in one process; the controller listens one port above. `classes` is a directory of more classes,
 * `flags` are for its virtual machine.
 */
export function kafka(
  heap = '1g',
  version = kafkaVersion,
  protocol = 'PLAINTEXT',
  classes = '',
  flags: readonly string[] = forShort(brokerJarsOf(version)),
): Launcher {
  const jars = brokerJarsOf(version)
  const home = (dataDir: string) => path.join(path.dirname(dataDir), 'server.properties')
  return {
    kind: version === kafkaVersion ? 'kafka' : `kafka-${version}`,
    startTimeoutMs: 60_000,
    prepare: async ({ port, dataDir, settings }) => {
      await fetchBroker(version)
      const single = [
        'offsets.topic.replication.factor',
        'transaction.state.log.replication.factor',
        'transaction.state.log.min.isr',
      ]
      const share = ['share.coordinator.state.topic.replication.factor', 'share.coordinator.state.topic.min.isr']
      const properties = {
        'process.roles': 'broker,controller',
        'node.id': '1',
        listeners: `${protocol}://127.0.0.1:${port},CONTROLLER://127.0.0.1:${port + 1}`,
        'advertised.listeners': `${protocol}://127.0.0.1:${port}`,
        'listener.security.protocol.map': `${protocol}:${protocol},CONTROLLER:PLAINTEXT`,
        'controller.listener.names': 'CONTROLLER',
        'inter.broker.listener.name': protocol,
        'controller.quorum.voters': `1@127.0.0.1:${port + 1}`,
        'log.dirs': dataDir,
        ...Object.fromEntries([...single, ...share].map(key => [key, '1'])),
        ...settings,
      }
      const text = Object.entries(properties).map(([key, value]) => `${key}=${value}`)
      fs.writeFileSync(home(dataDir), `${text.join('\n')}\n`)
      // A first letter, since Kafka's tool takes an id that begins with a dash for a flag.
      const cluster = `K${crypto.randomBytes(16).toString('base64url').slice(1)}`
      const format = ['kafka.tools.StorageTool', 'format', '-t', cluster, '-c', home(dataDir), '--ignore-formatted']
      const { code, stdout, stderr } = await run('java', [...forShort(jars), ...javaArgs(jars, '256m'), ...format])
      if (code !== 0) throw new Error(`kafka could not format ${dataDir}: ${(stdout + stderr).slice(-500)}`)
    },
    command: ({ dataDir }) => ({
      file: 'java',
      args: [...flags, ...javaArgs(jars, heap, classes), 'kafka.Kafka', home(dataDir)],
    }),
    ready: log => log.includes('Kafka Server started'),
  }
}

/** As whoever runs one has it: to be measured. */
export const measuredKafka = (heap = '1g'): Launcher => kafka(heap, kafkaVersion, 'PLAINTEXT', '', [])

/** Why a broker does not take each server.properties; null for one that it takes. Nothing is opened that it names. */
export async function refusalsOf(files: readonly string[]): Promise<(string | null)[]> {
  const classes = await compiledBeside('scripts/oracle/java/Starts.java')
  try {
    const args = [...forShort(brokerJars), ...javaArgs(brokerJars, '512m', classes), 'Starts']
    const said = await mustRun('java', args, {
      input: files.map(file => `${file.trimEnd()}\n\n`).join(''),
      timeoutMs: 240_000,
    })
    const lines = said.split('\n').filter(line => line.startsWith('judged '))
    if (lines.length !== files.length) throw new Error(`${lines.length} of ${files.length} files were judged`)
    return lines.map(line => line.slice('judged '.length) || null)
  } finally {
    fs.rmSync(classes, { recursive: true, force: true })
  }
}

/** A broker of a release that kept its metadata in ZooKeeper, together with one; that listens one port above. */
export function kafkaOnZooKeeper(version: string): Launcher {
  const jars = brokerJarsOf(version)
  const beside = (dataDir: string, name: string) => path.join(path.dirname(dataDir), name)
  return {
    kind: `kafka-${version}`,
    startTimeoutMs: 90_000,
    prepare: async ({ port, dataDir, settings }) => {
      await fetchBroker(version)
      const keeper = {
        dataDir: beside(dataDir, 'zookeeper'),
        clientPort: port + 1,
        clientPortAddress: '127.0.0.1',
        'admin.enableServer': false,
      }
      const broker = {
        'broker.id': 1,
        listeners: `PLAINTEXT://127.0.0.1:${port}`,
        'zookeeper.connect': `127.0.0.1:${port + 1}`,
        'zookeeper.connection.timeout.ms': 60_000,
        'log.dirs': dataDir,
        'offsets.topic.replication.factor': 1,
        'transaction.state.log.replication.factor': 1,
        'transaction.state.log.min.isr': 1,
        ...settings,
      }
      const text = (of: object) => Object.entries(of).map(([key, value]) => `${key}=${String(value)}\n`)
      fs.writeFileSync(beside(dataDir, 'zookeeper.properties'), text(keeper).join(''))
      fs.writeFileSync(beside(dataDir, 'server.properties'), text(broker).join(''))
    },
    command: ({ dataDir }) => {
      const java = (...args: string[]) => ['java', ...javaArgs(jars, '512m'), ...args].map(arg => `'${arg}'`).join(' ')
      const keeper = java('org.apache.zookeeper.server.quorum.QuorumPeerMain', beside(dataDir, 'zookeeper.properties'))
      const broker = java('kafka.Kafka', beside(dataDir, 'server.properties'))
      return { file: 'bash', args: ['-c', `${keeper} & exec ${broker}`] }
    },
    ready: log => /started \(kafka\.server/.test(log),
  }
}

async function main(): Promise<void> {
  const [command, ...args] = process.argv.slice(2)
  const missing = whyNoKafka()
  if (missing !== null) throw new Error(missing)
  if (command === 'fetch') {
    await fetchKafka()
    process.stdout.write(`Apache Kafka ${kafkaVersion}, tools ${toolsVersion}\n`)
  } else if (command === 'tool' && args[0] !== undefined) {
    await fetchKafka()
    process.exitCode = spawnSync('java', toolCommand(args[0], args.slice(1)), { stdio: 'inherit' }).status ?? 1
  } else if (command === 'serve') {
    const at = args.indexOf('--port')
    const version = args.includes('--elder') ? elderVersion : kafkaVersion
    const broker = await Broker.start(kafka('1g', version), { port: at < 0 ? 29092 : Number(args[at + 1]) })
    process.stdout.write(`${broker.address} data ${broker.dataDir} log ${broker.logFile}\n`)
    setInterval(() => {}, 60_000)
  } else {
    throw new Error('usage: kafka.ts fetch | serve [--port P] | tool NAME [ARGS]')
  }
}

if (/judge.kafka\.ts$/.test(process.argv[1] ?? '')) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  })
}
