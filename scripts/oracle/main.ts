/**
 * The oracle: the same requests to a real Apache Kafka and to our broker, replies compared field by field.
 *
 *     npm run oracle -- [--secured | --sasl | --starts] [--only REGEX] [--ours HOST:PORT] [--ours-is kafka] [--no-elder] [--verbose] [--port P]
 *
 * `--starts` compares with which settings brokers start. Fails on a difference that `differences.ts` does not explain, on an explanation that is not needed any more, and on an API or
 * version that we advertise and no scenario asked for. Versions that Kafka 4 dropped are judged by the last Kafka that served them.
 */
import { parseArgs } from 'node:util'
import { apiOf } from '../../src/protocol/messages/index'
import { Broker } from '../judge/broker'
import { compiledBeside, elderVersion, kafka, kafkaVersion, whyNoKafka } from '../judge/kafka'
import { odradek, whyNoOdradek } from '../judge/odradek'
import { compareDenials } from './denials'
import { explained } from './differences'
import { admit, securedSettings } from './guest'
import { type Judged, type Verdict, compare, servedBy, warmUp } from './play'
import type { Mode, Scenario } from './scenario'
import { accessScenarios } from './scenarios/access'
import { brokerKeyScenarios } from './scenarios/broker-keys'
import { changedLoginScenarios } from './scenarios/changed-logins'
import { clusterScenarios } from './scenarios/cluster'
import { commitScenarios } from './scenarios/commits'
import { compactionScenarios } from './scenarios/compaction'
import { configScenarios } from './scenarios/configs'
import { extremeScenarios } from './scenarios/extremes'
import { fetchScenarios } from './scenarios/fetch'
import { grownCoordinatorScenarios } from './scenarios/grown-coordinators'
import { groupScenarios } from './scenarios/groups'
import { metadataScenarios } from './scenarios/metadata'
import { offsetScenarios } from './scenarios/offsets'
import { oldRecordsScenarios } from './scenarios/old-records'
import { produceScenarios } from './scenarios/produce'
import { quorumScenarios } from './scenarios/quorum'
import { quotaScenarios } from './scenarios/quotas'
import { recoveringScenarios } from './scenarios/recovering'
import { replicaScenarios } from './scenarios/replicas'
import { saslScenarios } from './scenarios/sasl'
import { saslListenerScenarios } from './scenarios/sasl-listener'
import { scramScenarios } from './scenarios/scram'
import { shapeScenarios } from './scenarios/shapes'
import { throttledScenarios } from './scenarios/throttled'
import { storingScenarios } from './scenarios/storing'
import { tokenScenarios } from './scenarios/tokens'
import { telemetryScenarios } from './scenarios/telemetry'
import { topicScenarios } from './scenarios/topics'
import { transactionListScenarios } from './scenarios/transaction-lists'
import { transactionScenarios } from './scenarios/transactions'
import { unsecuredScenarios } from './scenarios/unsecured'
import { compareStarts } from './starts'
import { enroll, saslSettings } from './talk'

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    ours: { type: 'string' },
    'ours-is': { type: 'string', default: 'odradek' },
    'no-elder': { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    secured: { type: 'boolean', default: false },
    sasl: { type: 'boolean', default: false },
    starts: { type: 'boolean', default: false },
    port: { type: 'string', default: '0' },
    'our-port': { type: 'string', default: '0' },
    lanes: { type: 'string', default: '4' },
  },
})

const mode: Mode = options.sasl ? 'sasl' : options.secured ? 'authorizer' : 'open'

const settings = {
  ...{ open: {}, authorizer: securedSettings, sasl: saslSettings }[mode],
  'group.initial.rebalance.delay.ms': '0',
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.num.partitions': '4',
  'group.min.session.timeout.ms': '6000',
  'log.cleaner.backoff.ms': '100',
  'log.initial.task.delay.ms': '100',
  'log.retention.check.interval.ms': '200',
}

const scenarios: readonly Scenario[] = [
  ...clusterScenarios,
  ...metadataScenarios,
  ...topicScenarios,
  ...produceScenarios,
  ...fetchScenarios,
  ...oldRecordsScenarios,
  ...offsetScenarios,
  ...extremeScenarios,
  ...groupScenarios,
  ...commitScenarios,
  ...configScenarios,
  ...brokerKeyScenarios,
  ...transactionScenarios,
  ...transactionListScenarios,
  ...recoveringScenarios,
  ...replicaScenarios,
  ...compactionScenarios,
  ...storingScenarios,
  ...saslScenarios,
  ...scramScenarios,
  ...quotaScenarios,
  ...quorumScenarios,
  ...unsecuredScenarios,
  ...throttledScenarios,
  ...accessScenarios,
  ...saslListenerScenarios,
  ...changedLoginScenarios,
  ...tokenScenarios,
  ...telemetryScenarios,
  ...shapeScenarios,
  // The last: the topics stay as they are then.
  ...grownCoordinatorScenarios,
]

/** All denials are told, to be compared. */
const ownSettings = mode === 'authorizer' ? ['--set', 'odradek.access.log.denied.per.minute=1000000'] : []

interface Run {
  readonly scenario: Scenario
  readonly version: number
  readonly judge: Judged
}

/** Every scenario in every version, with the judge that serves it. */
function runsOf(ours: Judged, kafka4: Judged, elder: Judged | null): Run[] {
  const only = options.only === undefined ? null : new RegExp(options.only)
  return scenarios.flatMap(scenario => {
    if (only !== null && !only.test(scenario.name)) return []
    if ((scenario.needs ?? 'open') !== mode) return []
    if (scenario.versions === undefined) return [{ scenario, version: 0, judge: kafka4 }]
    const { key } = scenario.versions
    const own = ours.served.get(key)
    if (own === undefined) return []
    // Kafka 4 says that it serves Produce from 0 and closes the connection on anything below 3 (KAFKA-18659).
    const minOf = (kind: string, min: number): number => (key === 0 && kind === 'kafka' ? 3 : min)
    const first = minOf(options['ours-is'], own.min)
    return Array.from({ length: own.max - first + 1 }, (_, index) => first + index).flatMap(version => {
      const judge = [kafka4, elder].find(one => {
        const range = one?.served.get(key)
        const min = minOf(one === kafka4 ? 'kafka' : 'elder', range?.min ?? 0)
        return range !== undefined && version >= min && version <= range.max
      })
      return judge === undefined || judge === null ? [] : [{ scenario, version, judge }]
    })
  })
}

async function inLanes<T>(items: readonly T[], lanes: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async () => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

const short = (value: unknown): string => {
  const text = JSON.stringify(value)
  const most = options.verbose ? 3000 : 300
  return text.length > most ? `${text.slice(0, most)}...` : text
}

/** Without the numbers that differ from version to version. */
const kindOf = ({ scenario, finding }: Verdict): string =>
  `${scenario} ${finding?.step.replace(/ v\d+/, '')} ${finding?.differences.map(({ path }) => path).join()}`

function progress({ scenario, version, steps, finding, ms }: Verdict): void {
  if (!options.verbose) return
  const which = version === null ? '' : ` v${version}`
  process.stdout.write(
    `${finding === null ? 'ok    ' : 'FAILED'} ${scenario}${which}: ${steps} replies, ${Math.round(ms)} ms\n`,
  )
}

/** One entry for a difference that several versions show. */
function report(verdicts: readonly Verdict[]): void {
  const kinds = new Map<string, Verdict[]>()
  for (const verdict of verdicts) {
    if (verdict.finding !== null) kinds.set(kindOf(verdict), [...(kinds.get(kindOf(verdict)) ?? []), verdict])
  }
  for (const [first, ...others] of kinds.values()) {
    if (first?.finding === null || first === undefined) continue
    const versions = [first, ...others].flatMap(({ version }) => version ?? []).sort((a, b) => a - b)
    process.stdout.write(
      `FAILED ${first.scenario}${versions.length > 0 ? ` v${versions.join()}` : ''} ${first.finding.step}\n`,
    )
    for (const { path, kafka: theirs, ours } of first.finding.differences.slice(0, options.verbose ? 20 : 5)) {
      process.stdout.write(`    ${path}\n      kafka ${short(theirs)}\n      ours  ${short(ours)}\n`)
    }
  }
}

/** Prints which versions were asked for and returns how many advertised ones were not. */
function coverage(ours: Judged, verdicts: readonly Verdict[]): number {
  const asked = new Set(verdicts.flatMap(({ exercised }) => [...exercised]))
  let missing = 0
  process.stdout.write('\napi                          versions  asked\n')
  for (const [key, { min, max }] of [...ours.served].sort(([a], [b]) => a - b)) {
    const versions = Array.from({ length: max - min + 1 }, (_, index) => min + index)
    const not = versions.filter(version => !asked.has(`${key} ${version}`))
    missing += not.length
    const name = `${apiOf(key)?.name ?? '?'} (${key})`
    process.stdout.write(
      `${name.padEnd(28)} ${`${min}-${max}`.padEnd(9)} ${versions.length - not.length} of ${versions.length}${not.length > 0 ? `  NOT ${not.join()}` : ''}\n`,
    )
  }
  return missing
}

/** Our newest version must be Kafka's, and our oldest at most Kafka's. */
function ranges(ours: Judged, kafka4: Judged): string[] {
  return [...ours.served].flatMap(([key, { min, max }]) => {
    const theirs = kafka4.served.get(key)
    if (theirs !== undefined && theirs.max === max && theirs.min >= min) return []
    return [
      `${apiOf(key)?.name} (${key}): we serve ${min}-${max}, Apache Kafka ${theirs === undefined ? 'nothing' : `${theirs.min}-${theirs.max}`}`,
    ]
  })
}

interface Brokers {
  readonly kafka4: Broker
  readonly elder: Broker | null
  /** Null when it runs elsewhere. */
  readonly own: Broker | null
}

async function startBrokers(): Promise<Brokers> {
  const missing =
    whyNoKafka() ?? (options.ours === undefined && options['ours-is'] === 'odradek' ? whyNoOdradek() : null)
  if (missing !== null) throw new Error(missing)
  const port = Number(options.port)
  const protocol = mode === 'sasl' ? 'SASL_PLAINTEXT' : 'PLAINTEXT'
  const classes = mode === 'authorizer' ? await compiledBeside('scripts/oracle/java/Receiver.java') : ''
  const real = kafka('1g', kafkaVersion, protocol, classes)
  const ours = options['ours-is'] === 'kafka' ? real : odradek({ profile: 'strict', protocol, args: ownSettings })
  const [kafka4, elder, own] = await Promise.all([
    Broker.start(real, { port, settings }),
    options['no-elder'] || mode !== 'open'
      ? null
      : Broker.start(kafka('512m', elderVersion), { port: port === 0 ? 0 : port + 2, settings }),
    options.ours === undefined ? Broker.start(ours, { port: Number(options['our-port']), settings }) : null,
  ])
  return { kafka4, elder, own }
}

async function judged(port: number): Promise<Judged> {
  if (mode !== 'sasl') await warmUp(port)
  if (mode === 'authorizer') await admit(port)
  if (mode === 'sasl') await enroll(port)
  return { port, served: await servedBy(port) }
}

async function main(): Promise<void> {
  const skipped = whyNoKafka()
  if (skipped !== null) {
    process.stdout.write(`oracle: skipped, since no Apache Kafka can be started here: ${skipped}\n0 passed, 0 failed\n`)
    return
  }
  if (options.starts) {
    const { asked, failed } = await compareStarts(options.verbose)
    process.stdout.write(`${asked - failed} passed, ${failed} failed\n`)
    process.exit(failed > 0 ? 1 : 0)
  }
  const { kafka4, elder, own } = await startBrokers()
  const ours = await judged(own?.port ?? Number(options.ours?.split(':')[1]))
  const judge = await judged(kafka4.port)
  const runs = runsOf(
    ours,
    judge,
    elder === null ? null : { ...(await judged(elder.port)), judgedElsewhere: judge.served },
  )
  const verdicts: Verdict[] = []
  const alone = (run: Run): boolean => /configs/.test(run.scenario.name)
  const play = async ({ scenario, version, judge: by }: Run): Promise<void> => {
    const verdict = await compare(by, ours, scenario, version)
    verdicts.push(verdict)
    progress(verdict)
    if (own !== null && !own.running) throw new Error(`our broker died in ${verdict.scenario}:\n${own.logTail()}`)
  }
  await inLanes(
    runs.filter(run => !alone(run)),
    Number(options.lanes),
    play,
  )
  await inLanes(runs.filter(alone), 1, play)
  report(verdicts)
  const whole = options.only === undefined && (mode !== 'open' || !options['no-elder'])
  const uncovered = mode !== 'open' ? 0 : coverage(ours, verdicts)
  const wrong = ranges(ours, judge)
  for (const line of wrong) process.stdout.write(`${line}\n`)
  const used = new Set(verdicts.flatMap(verdict => verdict.explained))
  const idle = whole ? explained.filter(row => !used.has(row) && (row.seenIn ?? 'open') === mode) : []
  for (const { why } of idle) process.stdout.write(`an explanation that nothing needs: ${why}\n`)
  await Promise.all([kafka4.stop(), elder?.stop(), own?.stop()])
  const logged = mode === 'authorizer' && own !== null ? compareDenials(kafka4.logFile, own.logFile) : null
  if (logged !== null) process.stdout.write(`\n${logged.same} lines about denials are in both logs\n`)
  await Promise.all([kafka4.dispose(), elder?.dispose(), own?.dispose()])
  const failed = verdicts.filter(({ finding }) => finding !== null).length
  const replies = verdicts.reduce((sum, { steps }) => sum + steps, 0)
  process.stdout.write(
    `\nApache Kafka ${kafkaVersion}: ${replies} replies compared, ${used.size} explained differences, ${ours.served.size} of ${judge.served.size} APIs served\n`,
  )
  if (whole && uncovered > 0) process.stdout.write(`${uncovered} advertised versions were not asked for\n`)
  process.stdout.write(`${verdicts.length - failed} passed, ${failed} failed\n`)
  process.exit(
    failed > 0 || (logged?.failed ?? 0) > 0 || wrong.length > 0 || idle.length > 0 || (whole && uncovered > 0) ? 1 : 0,
  )
}

main().catch((error: unknown) => {
  process.stderr.write(`oracle: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
