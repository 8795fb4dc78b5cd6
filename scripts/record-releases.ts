/**
 * Writes src/protocol/release-facts.ts: what ApiVersions of each release of Apache Kafka says, asked of a real broker of its
 * last patch, one after the other. Needs java 17 and mvn; the jars of all are some 2 GB.
 *
 *     node scripts/run.js scripts/record-releases.ts
 */
import fs from 'node:fs'
import { ApiVersions } from '../src/protocol/messages/api-versions'
import { Broker } from './judge/broker'
import { kafka, kafkaOnZooKeeper } from './judge/kafka'
import { Wire } from './oracle/wire'

/** The last patch of each release that there was when this was run last. */
const patches = (
  '2.0.1 2.1.1 2.2.2 2.3.1 2.4.1 2.5.1 2.6.3 2.7.2 2.8.2 ' +
  '3.0.2 3.1.2 3.2.3 3.3.2 3.4.1 3.5.2 3.6.2 3.7.2 3.8.1 3.9.2 4.0.2 4.1.2 4.2.2 4.3.1 4.4.0'
).split(' ')
const file = 'src/protocol/release-facts.ts'

/** KRaft was not meant for production before 3.3. */
const needsZooKeeper = (patch: string): boolean => /^(2\.|3\.[0-2]\.)/.test(patch)

interface Answer {
  readonly apis: ReadonlyMap<number, string>
  readonly features: string
  readonly tellsEpoch: boolean
}

async function asked<T>(port: number, ask: (wire: Wire) => Promise<T>): Promise<T> {
  const wire = await Wire.open(port)
  try {
    return await ask(wire)
  } finally {
    wire.close()
  }
}

async function answerOf(port: number): Promise<Answer> {
  const software = { clientSoftwareName: 'odradek', clientSoftwareVersion: '1' }
  const { apiKeys } = await asked(port, wire => wire.ask(ApiVersions, 0, software))
  const { maxVersion } = apiKeys.find(({ apiKey }) => apiKey === ApiVersions.key)!
  const full = await asked(port, wire => wire.ask(ApiVersions, maxVersion, software))
  const levels = new Map(full.finalizedFeatures.map(({ name, maxVersionLevel }) => [name, maxVersionLevel]))
  return {
    apis: new Map(apiKeys.map(({ apiKey, minVersion: min, maxVersion: max }) => [apiKey, `${min}-${max}`])),
    features: full.supportedFeatures
      .map(({ name, minVersion, maxVersion }) => `${name}:${minVersion}-${maxVersion}=${levels.get(name) ?? 0}`)
      .sort()
      .join(' '),
    tellsEpoch: full.finalizedFeaturesEpoch >= 0,
  }
}

function changesOf(before: Answer['apis'], after: Answer['apis']): string {
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort((a, b) => a - b)
  const changed = keys.filter(key => before.get(key) !== after.get(key))
  return changed.map(key => `${key}:${after.get(key) ?? ''}`).join(' ')
}

const head = `/**
 * What ApiVersions of each release of Apache Kafka says, recorded by scripts/record-releases.ts from real brokers with one
 * listener; those up to 3.2 kept their metadata in ZooKeeper. \`changes\` are to the release before: an API's key and the
 * versions of it, none where it is gone. A feature has the levels that are supported, and the one of a new cluster.
 */
export interface RecordedRelease {
  readonly patch: string
  readonly changes: string
  readonly features: string
  readonly tellsEpoch: boolean
}

`

async function main(): Promise<void> {
  const rows: string[] = []
  let before: Answer['apis'] = new Map()
  for (const patch of patches) {
    const broker = await Broker.start(needsZooKeeper(patch) ? kafkaOnZooKeeper(patch) : kafka('512m', patch))
    try {
      const { apis, features, tellsEpoch } = await answerOf(broker.port)
      const row = { patch, changes: changesOf(before, apis), features, tellsEpoch }
      before = apis
      rows.push(`  ${JSON.stringify(row)},\n`)
      process.stdout.write(`${JSON.stringify(row)}\n`)
    } finally {
      await broker.dispose()
    }
  }
  fs.writeFileSync(file, `${head}export const recordedReleases: readonly RecordedRelease[] = [\n${rows.join('')}]\n`)
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.exit(1)
  },
)
