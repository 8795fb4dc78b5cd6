/**
 * Torture: kill -9 under load, on real files, again and again; after each restart nothing acknowledged may be missing.
 *
 *     npm run torture -- [--rounds 200] [--seed N] [--flush group|os] [--profile prod] [--against odradek|kafka] [--port P] [--canary]
 *     npm run torture -- --transactions [--rounds 200] [--seed N] ...
 *
 * With --transactions, see transactions.ts: producers of transactions and their twins instead of plain ones.
 * With --canary the newest bytes of a log are cut away while the broker is down, and the run succeeds when that is noticed.
 */
import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { Broker } from '../judge/broker'
import { kafka, whyNoKafka } from '../judge/kafka'
import { odradek, whyNoOdradek } from '../judge/odradek'
import { sleep, until } from '../judge/process'
import { Wire } from '../oracle/wire'
import { Dice } from './dice'
import { PartitionLedger } from './ledger'
import { tortureTransactions } from './transactions'
import { verifyCommits, verifyPartition, verifyTopics } from './verify'
import { Committer, IdempotentProducer, Producer, TopicMaker, type Worker } from './workers'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    seed: { type: 'string' },
    flush: { type: 'string', default: 'group' },
    profile: { type: 'string', default: 'prod' },
    against: { type: 'string', default: 'odradek' },
    port: { type: 'string', default: '0' },
    canary: { type: 'boolean', default: false },
    transactions: { type: 'boolean', default: false },
  },
})

const settings = {
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.num.partitions': '4',
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': '200',
  'log.index.interval.bytes': '1024',
}

interface World {
  readonly ledgers: readonly PartitionLedger[]
  readonly committers: readonly Committer[]
  readonly maker: TopicMaker
  readonly workers: readonly Worker[]
}

function newWorld(dice: Dice): World {
  const ledgers = ['all', 'one', 'once'].flatMap(topic => [0, 1].map(index => new PartitionLedger(topic, index)))
  const producers = ledgers.flatMap((ledger): Worker[] => {
    if (ledger.topic === 'once')
      return [new IdempotentProducer(ledger, dice.fork()), new IdempotentProducer(ledger, dice.fork())]
    return [new Producer(ledger, dice.fork(), ledger.topic === 'all' ? -1 : 1)]
  })
  const committers = [new Committer('g1', 'all'), new Committer('g2', 'one')]
  const maker = new TopicMaker(dice.fork())
  return { ledgers, committers, maker, workers: [...producers, ...committers, maker] }
}

async function createTopics(port: number): Promise<void> {
  const wire = await Wire.open(port)
  const configs = [{ name: 'segment.bytes', value: String(1 << 20) }]
  const topics = ['all', 'one', 'once'].map(name => ({
    name,
    numPartitions: 2,
    replicationFactor: 1,
    assignments: [],
    configs,
  }))
  const reply = await wire.ask(CreateTopics, 5, { topics, timeoutMs: 10_000, validateOnly: false })
  wire.close()
  for (const { name, errorCode, errorMessage } of reply.topics)
    if (errorCode !== 0) throw new Error(`topic ${name}: ${errorMessage}`)
}

async function verify(port: number, world: World): Promise<number> {
  const wire = await Wire.open(port)
  try {
    let count = 0
    for (const ledger of world.ledgers) count += await verifyPartition(wire, ledger)
    for (const committer of world.committers) await verifyCommits(wire, committer)
    await verifyTopics(wire, world.maker)
    return count
  } finally {
    wire.close()
  }
}

/** Cuts the newest bytes off the newest segment of a partition, as a disk that lied would. */
function cutTail(dataDir: string, ledger: PartitionLedger): void {
  const dir = path.join(dataDir, ledger.name)
  const logs = fs.readdirSync(dir).filter(file => file.endsWith('.log'))
  const newest = path.join(dir, logs.sort().at(-1) ?? '')
  fs.truncateSync(newest, Math.max(0, fs.statSync(newest).size - 20_000))
}

/** Load, kill, maybe kill again while it recovers, start. Returns milliseconds until it served again. */
async function round(broker: Broker, world: World, dice: Dice): Promise<number> {
  const working = Promise.allSettled(world.workers.map(worker => worker.run(broker.port)))
  await sleep(30 + dice.below(dice.one(4) ? 1500 : 400))
  // However slow the machine is, there must be something to lose.
  await until('every partition has acknowledged something', 60_000, () =>
    world.ledgers.every(({ acknowledged }) => acknowledged > 0),
  )
  await broker.kill()
  for (const ended of await working) if (ended.status === 'rejected') throw ended.reason
  while (dice.one(5)) {
    const starting = broker.start().catch(() => 0)
    await sleep(dice.below(500))
    await broker.kill()
    await starting
  }
  if (options.canary) {
    for (const ledger of world.ledgers) cutTail(broker.dataDir, ledger)
  }
  return broker.start()
}

async function startBroker(): Promise<Broker> {
  const port = Number(options.port)
  const missing = options.against === 'kafka' ? whyNoKafka() : whyNoOdradek()
  if (missing !== null) throw new Error(missing)
  if (options.against === 'kafka') return Broker.start(kafka(), { port, settings })
  return Broker.start(odradek({ profile: options.profile as 'prod', flush: options.flush as 'group' }), {
    port,
    settings,
  })
}

async function torture(broker: Broker, world: World, dice: Dice): Promise<void> {
  const rounds = Number(options.rounds)
  await createTopics(broker.port)
  for (let index = 1; index <= rounds; index++) {
    const startMs = await round(broker, world, dice)
    const count = await verify(broker.port, world)
    const acknowledged = world.ledgers.reduce((sum, ledger) => sum + ledger.acknowledged, 0)
    const commits = world.committers.map(committer => committer.acknowledged).join('+')
    const line = `${count} records read, ${acknowledged} acknowledged in all, commits ${commits}, ${world.maker.topics.size} topics`
    process.stdout.write(`round ${index}: back after ${Math.round(startMs)} ms, ${line}\n`)
  }
  for (const ledger of world.ledgers) ledger.again()
  await broker.stop()
  await broker.start()
  const all = await verify(broker.port, world)
  process.stdout.write(`all of it once more after a clean stop: ${all} records\n`)
  if (world.ledgers.some(ledger => ledger.acknowledged === 0)) throw new Error('some partition was never written to')
}

async function main(): Promise<void> {
  const seed = Number(options.seed ?? Date.now() % 1_000_000)
  process.stdout.write(`seed ${seed}, flush ${options.flush}, ${options.rounds} rounds\n`)
  const dice = new Dice(seed)
  const broker = await startBroker()
  let failure: Error | null = null
  try {
    if (options.transactions) await tortureTransactions(broker, seed, Number(options.rounds))
    else await torture(broker, newWorld(dice), dice)
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error))
  }
  if (options.canary) {
    const noticed = failure !== null && /LOST|log ends|answers/.test(failure.message)
    process.stdout.write(
      noticed ? `the canary was noticed: ${failure?.message}\n` : `the canary was NOT noticed: ${failure?.message}\n`,
    )
    await broker.dispose()
    process.exit(noticed ? 0 : 1)
  }
  if (failure !== null) {
    const state = broker.running ? 'the broker runs' : `the broker ended with ${broker.ending}`
    process.stdout.write(`FAILED with seed ${seed}: ${failure.stack}\n${state}\n${broker.logTail(20)}\n`)
    const kept = `${broker.dataDir}-${seed}`
    await broker.kill()
    fs.cpSync(broker.dataDir, path.join('.cache', path.basename(kept)), { recursive: true })
    process.stdout.write(`the data directory is kept in .cache/${path.basename(kept)}\n0 passed, 1 failed\n`)
    process.exit(1)
  }
  await broker.dispose()
  process.stdout.write(`torture: nothing lost\n${options.rounds} passed, 0 failed\n`)
  process.exit(0)
}

main().catch((error: unknown) => {
  process.stderr.write(`torture: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
