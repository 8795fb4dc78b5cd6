/**
 * Stories by chance, told step by step to a real Apache Kafka and to our broker: what every client hears must be the same. A story that
 * splits them is told again and again with less of it, and printed when nothing can be left out any more.
 *
 *     npm run walks -- [--rounds 100] [--seed 1] [--length 40] [--of groups,transactions,topics,silences,fetches,epochs] [--canary] [--port P] [--our-port P]
 *                    [--transaction-version 2]
 *
 * `silences` are groups whose members are given up, since nobody does anything for a while. `epochs` are transactions of producers
 * whose epochs have nearly run out; each story takes a minute to begin, so tell ten.
 * `topics` are transactions in topics that are deleted, made anew, grow and lose records meanwhile.
 * `--transaction-version` sets the level of that feature on both: below 2 a fenced producer stays out.
 * `--canary` lets our broker take two members in a group only, and fails when no story shows it.
 */
import { parseArgs } from 'node:util'
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { DeleteGroups } from '../../src/protocol/messages/delete-groups'
import { FindCoordinator } from '../../src/protocol/messages/find-coordinator'
import { InitProducerId } from '../../src/protocol/messages/init-producer-id'
import { ListOffsets } from '../../src/protocol/messages/list-offsets'
import { ApiVersions } from '../../src/protocol/messages/api-versions'
import { EndTxn } from '../../src/protocol/messages/end-txn'
import { Produce } from '../../src/protocol/messages/produce'
import { TxnOffsetCommit } from '../../src/protocol/messages/txn-offset-commit'
import { UpdateFeatures } from '../../src/protocol/messages/update-features'
import type { Api } from '../../src/protocol/schema'
import { Dice } from '../../src/platform/simulated/dice'
import { Broker } from '../judge/broker'
import { kafka, kafkaVersion, whyNoKafka } from '../judge/kafka'
import { odradek, whyNoOdradek } from '../judge/odradek'
import { sleep } from '../judge/process'
import { servedBy, warmUp } from '../oracle/play'
import { Wire } from '../oracle/wire'
import { epochStories } from './epochs'
import { fetchStories } from './fetches'
import { groupStories, silentStories } from './groups'
import { type Action, type Pace, play, shortest, type Split } from './stage'
import { type Stories, story, withQuestions, withSilences } from './story'
import { topicStories } from './topic-lives'
import { transactionStories } from './transactions'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    length: { type: 'string', default: '40' },
    of: { type: 'string', default: 'groups,transactions,topics,fetches' },
    'transaction-version': { type: 'string', default: '2' },
    canary: { type: 'boolean', default: false },
    port: { type: 'string', default: '0' },
    'our-port': { type: 'string', default: '0' },
  },
})

const settings = {
  'group.initial.rebalance.delay.ms': '0',
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.num.partitions': '4',
  'group.max.session.timeout.ms': '100000',
}

const transactionVersion = Number(options['transaction-version'])
let stories = 0

const kindsOfStories: Readonly<Record<string, Stories>> = {
  groups: groupStories,
  silences: silentStories,
  transactions: transactionStories,
  topics: topicStories,
  fetches: fetchStories,
  epochs: epochStories,
}

async function createTopic(port: number, name: string): Promise<void> {
  const wire = await Wire.open(port)
  const topics = [{ name, numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] }]
  await wire.ask(CreateTopics, 5, { topics, timeoutMs: 10_000 })
  const partitions = [0, 1].map(partitionIndex => ({ partitionIndex, timestamp: -1 }))
  await until(`topic ${name} on ${port}`, async () => {
    const reply = await wire.ask(ListOffsets, 5, { replicaId: -1, isolationLevel: 0, topics: [{ name, partitions }] })
    return reply.topics[0]?.partitions.every(({ errorCode }) => errorCode === 0) ?? false
  })
  wire.close()
}

async function until(what: string, isReady: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 15_000
  while (!(await isReady())) {
    if (performance.now() > deadline) throw new Error(`${what} is not ready`)
    await sleep(20)
  }
}

/** Coordinators load after the first who asks for one; by so many names each of them has been asked. */
async function prepare(port: number): Promise<void> {
  await warmUp(port)
  await setTransactionVersion(port)
  await createTopic(port, 'walked')
  const wire = await Wire.open(port)
  const names = Array.from({ length: 30 }, (_, index) => `warm-${index}`)
  await until(`the coordinators of groups on ${port}`, async () => {
    const { results } = await wire.ask(DeleteGroups, 2, { groupsNames: names })
    return results.every(({ errorCode }) => errorCode === 69)
  })
  await until(`the coordinators of transactions on ${port}`, async () => {
    await wire.ask(FindCoordinator, 4, { keyType: 1, coordinatorKeys: names })
    let ready = 0
    for (const transactionalId of names) {
      const asked = { transactionalId, transactionTimeoutMs: 60_000, producerId: -1, producerEpoch: -1 }
      if ((await wire.ask(InitProducerId, 4, asked)).errorCode === 0) ready++
    }
    return ready === names.length
  })
  wire.close()
}

/** Sets the level of `transaction.version`, and waits until clients are told of it. */
async function setTransactionVersion(port: number): Promise<void> {
  const wire = await Wire.open(port)
  const feature = 'transaction.version'
  const told = async () => {
    const { finalizedFeatures } = await wire.ask(ApiVersions, 3, {
      clientSoftwareName: 'w',
      clientSoftwareVersion: '1',
    })
    return finalizedFeatures.find(({ name }) => name === feature)?.maxVersionLevel ?? 0
  }
  const now = await told()
  if (now !== transactionVersion) {
    const upgradeType = transactionVersion > now ? 1 : 2
    const featureUpdates = [{ feature, maxVersionLevel: transactionVersion, upgradeType }]
    const { errorCode } = await wire.ask(UpdateFeatures, 1, { timeoutMs: 10_000, featureUpdates })
    if (errorCode !== 0) throw new Error(`${feature} ${transactionVersion} on ${port} was refused with ${errorCode}`)
  }
  await until(`${feature} on ${port}`, async () => (await told()) === transactionVersion)
  wire.close()
}

function print(kind: string, seed: number, { what, differences, lines: trace }: Split): void {
  const lines = [
    `${kind}, seed ${seed}: ${what}`,
    ...trace,
    ...differences.map(
      ({ path, kafka: theirs, ours }) => `  ${path}: Kafka ${JSON.stringify(theirs)}, ours ${JSON.stringify(ours)}`,
    ),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

/**
 * How often a story is told again to see whether it splits them whenever it is told. Who leads after a leader has left is a matter of
 * hashes in Kafka, so that two Kafkas do not always agree either: with three members left it takes a dozen times to be sure.
 */
function timesToBeSure({ differences }: Split, otherwise: number): number {
  return differences.some(({ path }) => path.endsWith('.leader')) ? 25 : otherwise
}

async function holds(
  actions: readonly Action[],
  split: Split,
  tell: (actions: readonly Action[]) => Promise<Split | null>,
) {
  const times = timesToBeSure(split, 4)
  for (let again = 0; again < times; again++) {
    const other = await tell(actions)
    if (other === null || other.isMeant) return false
  }
  return true
}

interface Sum {
  told: number
  steps: number
  failed: number
  /** Told differently once, and then not. */
  byChance: number
  /** Answers that came to those who waited, since others were given up. */
  inSilence: number
  /** Ended early at a difference that is meant. */
  meant: number
}

/** At level 0 Kafka answers later versions once and then, for that transactional id, nothing but 51: see docs/differences.md. */
const maxAtLevel0 = new Map<Api, number>([
  [Produce, 11],
  [EndTxn, 4],
  [TxnOffsetCommit, 4],
])

/** The versions that both serve, one for each face of a die. */
async function versionsOf(judge: Broker, ours: Broker): Promise<(api: Api, dice: number) => number> {
  const [theirs, own] = await Promise.all([servedBy(judge.port), servedBy(ours.port)])
  return (api, dice) => {
    const [a, b] = [theirs.get(api.key)!, own.get(api.key)!]
    const most = transactionVersion === 0 ? (maxAtLevel0.get(api) ?? Infinity) : Infinity
    const [min, max] = [Math.max(a.min, b.min), Math.min(a.max, b.max, most)]
    return min + (dice % (max - min + 1))
  }
}

/** All stories of one kind. With the canary the first that splits them is enough. */
async function walk(name: string, judge: Broker, ours: Broker, sum: Sum): Promise<void> {
  const kind = kindsOfStories[name]
  if (!kind) throw new Error(`there are no stories of ${name}`)
  const version = await versionsOf(judge, ours)
  const tell = async (actions: readonly Action[], pace: Pace = 'slow'): Promise<Split | null> => {
    const stem = `walk-${++stories}`
    const topics = kind.topics?.(stem) ?? []
    await Promise.all(topics.flatMap(topic => [createTopic(judge.port, topic), createTopic(ours.port, topic)]))
    await Promise.all([judge, ours].map(({ port }) => kind.begin?.(port, stem)))
    const brokers = [judge, ours].map(({ port }) => ({ port, teller: kind.teller(stem, version) }))
    return play(actions, brokers, {
      pace,
      silenceMs: kind.silenceMs,
      afterSilence: answers => (sum.inSilence += answers),
    })
  }
  if (kind.silenceMs !== undefined || kind.begin) return walkTogether(name, kind, tell, sum)
  for (let seed = Number(options.seed); seed < Number(options.seed) + Number(options.rounds); seed++) {
    const dice = new Dice(`${name} ${seed}`)
    const plain = story(Number(options.length), kind.clients, kind.kinds, max => dice.between(0, max))
    const actions = withQuestions(plain, kind.after ?? [])
    sum.told++
    sum.steps += actions.length
    const split = await tell(actions, 'fast')
    if (split === null) continue
    if (split.isMeant) {
      sum.meant++
      continue
    }
    if (!(await holds(actions, split, tell))) {
      sum.byChance++
      continue
    }
    sum.failed++
    if (options.canary) return
    const least = await shortest(actions.slice(0, split.at + 1), async some => {
      const other = await tell(some)
      return other?.isMeant ? null : other
    })
    print(name, seed, (await tell(least)) ?? split)
  }
}

/**
 * All of them at the same time, since they wait most of theirs, or take long to begin. One that splits them is told again, and not cut
 * short.
 */
async function walkTogether(
  name: string,
  kind: Stories,
  tell: (actions: readonly Action[], pace: Pace) => Promise<Split | null>,
  sum: Sum,
): Promise<void> {
  const first = Number(options.seed)
  const seeds = Array.from({ length: Number(options.rounds) }, (_, nth) => first + nth)
  await Promise.all(
    seeds.map(async seed => {
      const dice = new Dice(`${name} ${seed}`)
      const plain = story(Number(options.length), kind.clients, kind.kinds, max => dice.between(0, max))
      const actions = kind.silenceMs === undefined ? plain : withSilences(plain)
      sum.told++
      sum.steps += actions.length
      const pace = kind.begin ? 'slow' : 'fast'
      const split = await tell(actions, pace)
      if (split === null) return
      if (split.isMeant) return void sum.meant++
      const again = Array.from({ length: timesToBeSure(split, 2) }, () => tell(actions, pace))
      const others = await Promise.all(again)
      if (others.includes(null)) sum.byChance++
      else if (others.some(other => other?.isMeant)) sum.meant++
      else {
        sum.failed++
        print(name, seed, split)
      }
    }),
  )
}

function report({ told, steps, failed, byChance, inSilence, meant }: Sum): number {
  if (options.canary) {
    const [passed, wrong] = failed > 0 ? [1, 0] : [0, 1]
    process.stdout.write(`${failed} stories showed what is wrong with ours\n${passed} passed, ${wrong} failed\n`)
    return wrong
  }
  const counted = `${told} stories of ${steps} steps, ${byChance} of them told differently once and then not, ${meant} ended at a difference that is meant`
  process.stdout.write(`Apache Kafka ${kafkaVersion}: ${counted}\n`)
  const isIdle = options.of.split(',').includes('silences') && inSilence === 0
  if (isIdle) process.stdout.write('no silence of any story brought anybody an answer\n')
  else if (inSilence > 0) process.stdout.write(`${inSilence} answers came in silences\n`)
  process.stdout.write(`${told - failed} passed, ${failed + (isIdle ? 1 : 0)} failed\n`)
  return failed === 0 && steps > 0 && !isIdle ? 0 : 1
}

async function main(): Promise<number> {
  const missing = whyNoKafka()
  if (missing !== null) {
    process.stdout.write(`walks: skipped, since no Apache Kafka can be started here: ${missing}\n0 passed, 0 failed\n`)
    return 0
  }
  const broken = whyNoOdradek()
  if (broken !== null) throw new Error(broken)
  const judge = await Broker.start(kafka(), { port: Number(options.port), settings })
  const ours = await Broker.start(odradek({ profile: 'strict' }), {
    port: Number(options['our-port']),
    settings: options.canary ? { ...settings, 'group.max.size': '2' } : settings,
  })
  const sum: Sum = { told: 0, steps: 0, failed: 0, byChance: 0, inSilence: 0, meant: 0 }
  try {
    await Promise.all([prepare(judge.port), prepare(ours.port)])
    for (const name of options.of.split(',')) await walk(name, judge, ours, sum)
  } finally {
    await Promise.all([judge.dispose(), ours.dispose()])
  }
  return report(sum)
}

main().then(
  code => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`walks: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.exit(1)
  },
)
