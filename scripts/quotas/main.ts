/**
 * Quotas under load: the same quota on a real Apache Kafka and on our broker, the same load on both at the same time, by a Java client
 * that waits as it is told and by one that is deaf to it. What both achieve, and how long they are told to wait, is compared. Run by
 * hand: it measures, so that a busy machine may fail it.
 *
 *     npm run quotas -- [--only 'producer.*user'] [--port P] [--our-port P]
 */
import { parseArgs } from 'node:util'
import { Broker } from '../judge/broker'
import { kafka, kafkaVersion, whyNoKafka } from '../judge/kafka'
import { odradek, whyNoOdradek } from '../judge/odradek'
import { sleep } from '../judge/process'
import { type Achieved, createTopic, type Load, loads, setQuota } from './loads'

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    port: { type: 'string', default: '0' },
    'our-port': { type: 'string', default: '0' },
  },
})

/** Half as many windows as by default: less is free at first, and what was used is forgotten sooner. */
const windows = 5
const settings = {
  'quota.window.num': String(windows),
  'controller.quota.window.num': String(windows),
  'num.io.threads': '1',
  'num.network.threads': '1',
}

const user = { entityType: 'user', entityName: 'ANONYMOUS' }
const client = { entityType: 'client-id', entityName: 'oracle' }
const entities = { user: [user], client: [client], 'user and client': [user, client] }

/** What comes of a quota may differ by so much, since both measure. */
const toleratedRatio = 1.3
const toleratedWaitMs = 700

const words = ({ rate, waits, longestWaitMs, longestSilenceMs }: Achieved): string =>
  `${Math.round(rate * 10) / 10}/s, told to wait ${waits} times, at most ${Math.round(longestWaitMs)} ms, silent for ${Math.round(longestSilenceMs)} ms`

function faultOf(load: Load, theirs: Achieved, ours: Achieved): string | null {
  if (theirs.waits > 0 !== ours.waits > 0) return 'only one of them says that there is something to wait for'
  if (load.isOfMachine) return null
  const ratio = ours.rate / theirs.rate
  if (ratio > toleratedRatio || ratio < 1 / toleratedRatio) return `ours lets through ${ratio.toFixed(2)} times as much`
  for (const key of ['longestWaitMs', 'longestSilenceMs'] as const) {
    const [less, more] = [theirs[key], ours[key]].toSorted((a, b) => a - b) as [number, number]
    if (more > less * toleratedRatio + toleratedWaitMs) return `${key} is another`
  }
  return null
}

/** One load under one quota on both; whether they agree. */
async function weigh(load: Load, who: keyof typeof entities, brokers: readonly [Broker, Broker]): Promise<boolean> {
  const name = `${load.quota} of ${who}, ${load.name}`
  const topic = name.replaceAll(/[^a-z]+/g, '-')
  const both = <T>(work: (broker: Broker) => Promise<T>) => Promise.all([work(brokers[0]), work(brokers[1])])
  await both(({ port }) => createTopic(port, topic))
  await both(async ({ port }) => load.prepare?.(port, topic))
  const quota = { entity: entities[who], key: load.quota, value: load.value }
  await both(({ port }) => setQuota(port, quota, false))
  try {
    const [theirs, ours] = await both(({ port }) => load.run(port, topic))
    const fault = faultOf(load, theirs, ours)
    process.stdout.write(`${fault === null ? 'ok' : `WRONG, ${fault}`}: ${name} at ${load.value}\n`)
    process.stdout.write(`    Kafka: ${words(theirs)}\n    ours:  ${words(ours)}\n`)
    return fault === null
  } finally {
    await both(({ port }) => setQuota(port, quota, true))
    await sleep((windows + 1) * 1000)
  }
}

async function main(): Promise<number> {
  const missing = whyNoKafka()
  if (missing !== null) {
    process.stdout.write(`quotas: skipped, since no Apache Kafka can be started here: ${missing}\n0 passed, 0 failed\n`)
    return 0
  }
  const broken = whyNoOdradek()
  if (broken !== null) throw new Error(broken)
  const judge = await Broker.start(kafka(), { port: Number(options.port), settings })
  const ours = await Broker.start(odradek({ profile: 'strict' }), { port: Number(options['our-port']), settings })
  const wanted = new RegExp(options.only)
  const counts = { passed: 0, failed: 0 }
  try {
    for (const load of loads) {
      for (const who of Object.keys(entities) as (keyof typeof entities)[]) {
        if (!wanted.test(`${load.quota} of ${who}, ${load.name}`)) continue
        counts[(await weigh(load, who, [judge, ours])) ? 'passed' : 'failed']++
      }
    }
  } finally {
    await Promise.all([judge.dispose(), ours.dispose()])
  }
  process.stdout.write(`beside Apache Kafka ${kafkaVersion}\n${counts.passed} passed, ${counts.failed} failed\n`)
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1
}

main().then(
  code => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`quotas: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.exit(1)
  },
)
