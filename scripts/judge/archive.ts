/**
 * Keeps the classes of Apache Kafka, of its broker and of its tools, as Java has them once they are read and linked.
 *
 *     node scripts/run.js scripts/judge/archive.ts
 *
 * Does nothing where they are kept already, or where no Kafka can be run.
 */
import fs from 'node:fs'
import path from 'node:path'
import { Broker } from './broker'
import { archiveIn, classPath, flagsForShort } from './java'
import { brokerJars, kafka, kafkaVersion, toolCommand, toolsJars, whyNoKafka } from './kafka'
import { mustRun, temporaryDir } from './process'

/** Whose classes are kept: one of each kind of client. */
const samples: readonly { readonly tool: string; readonly args: readonly string[]; readonly input?: string }[] = [
  { tool: 'kafka-topics', args: ['--create', '--topic', 'sample', '--partitions', '2'] },
  { tool: 'kafka-topics', args: ['--describe'] },
  { tool: 'kafka-console-producer', args: ['--topic', 'sample'], input: 'one\ntwo\n' },
  {
    tool: 'kafka-console-consumer',
    args: ['--topic', 'sample', '--group', 'sample', '--from-beginning', '--max-messages', '2'],
  },
  { tool: 'kafka-consumer-groups', args: ['--describe', '--all-groups'] },
  { tool: 'kafka-configs', args: ['--describe', '--all', '--topic', 'sample'] },
]

/** A name that nobody takes for the whole one while it is written. */
const unfinished = (file: string): string => `${file}.${process.pid}`

async function main(): Promise<void> {
  const archives = [archiveIn(brokerJars), archiveIn(toolsJars)] as const
  if (whyNoKafka() !== null || archives.every(file => fs.existsSync(file))) return
  const [ofBroker, ofTools] = archives.map(unfinished) as [string, string]
  const flags = [...flagsForShort, `-XX:ArchiveClassesAtExit=${ofBroker}`]
  const broker = await Broker.start(kafka('512m', kafkaVersion, 'PLAINTEXT', '', flags))
  try {
    const list = path.join(temporaryDir('classes-'), 'list')
    fs.writeFileSync(list, await classesOf(broker.address))
    const dump = [
      '-Xshare:dump',
      '-Xlog:disable',
      `-XX:SharedClassListFile=${list}`,
      `-XX:SharedArchiveFile=${ofTools}`,
    ]
    await mustRun('java', [...flagsForShort, ...dump, '-cp', classPath(toolsJars)], { timeoutMs: 120_000 })
    await broker.stop()
  } finally {
    await broker.dispose()
  }
  for (const file of archives) fs.renameSync(unfinished(file), file)
}

/** Names of the classes that the samples load, in Java's own format, each once. */
async function classesOf(address: string): Promise<string> {
  const lists = path.join(temporaryDir('classes-'), 'list')
  const lines = new Set<string>()
  for (const { tool, args, input } of samples) {
    const command = toolCommand(tool, ['--bootstrap-server', address, ...args])
    await mustRun('java', [`-XX:DumpLoadedClassList=${lists}`, ...command], {
      timeoutMs: 120_000,
      ...(input === undefined ? {} : { input }),
    })
    for (const line of fs.readFileSync(lists, 'utf8').split('\n')) lines.add(line)
  }
  return [...lines].join('\n')
}

void main()
