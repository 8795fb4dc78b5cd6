/** Plays scenarios against two brokers and compares what they answered. */
import { ApiVersions } from '../../src/protocol/messages/api-versions'
import { DescribeTransactions } from '../../src/protocol/messages/describe-transactions'
import { FindCoordinator } from '../../src/protocol/messages/find-coordinator'
import { InitProducerId } from '../../src/protocol/messages/init-producer-id'
import type { Api } from '../../src/protocol/schema'
import { sleep } from '../judge/process'
import { type Explained, explanationOf } from './differences'
import { type Difference, differencesOf } from './mask'
import type { Scenario } from './scenario'
import { Halt, type Served, type Step, Subject } from './subject'
import { Wire } from './wire'

export interface Judged {
  readonly port: number
  /**
   * For an older release: what the newer judge serves. It only judges replies in versions which that one lacks, and no error texts,
   * since behaviour and words may have changed with the release.
   */
  readonly judgedElsewhere?: Served
  readonly served: Served
}

export interface Finding {
  readonly scenario: string
  readonly step: string
  readonly differences: readonly Difference[]
}

export interface Verdict {
  readonly scenario: string
  /** Null for a scenario that runs once. */
  readonly version: number | null
  readonly steps: number
  /** The first step with a difference that nothing explains; null when there is none. */
  readonly finding: Finding | null
  readonly explained: readonly Explained[]
  /** `key version` of what our broker was asked. */
  readonly exercised: ReadonlySet<string>
  readonly ms: number
}

/** What a broker says it serves. */
export async function servedBy(port: number): Promise<Served> {
  const wire = await Wire.open(port)
  try {
    const { apiKeys } = await wire.ask(ApiVersions, 0, {})
    return new Map(apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, { min: minVersion, max: maxVersion }]))
  } finally {
    wire.close()
  }
}

const transactionalIdNotFound = 105
/** Names enough for each partition of a coordinator's topic to have some. */
const transactionalIds = Array.from({ length: 64 }, (_, nth) => `warm-up-${nth}`)

/**
 * Waits until a new broker hands out producer ids, finds coordinators and has all that they remember; what it answers before
 * depends on the moment.
 */
export async function warmUp(port: number): Promise<void> {
  const wire = await Wire.open(port)
  const deadline = Date.now() + 15_000
  try {
    for (;;) {
      const producer = await wire.ask(InitProducerId, 1, { transactionalId: null, transactionTimeoutMs: 60_000 })
      const coordinator = await wire.ask(FindCoordinator, 2, { key: 'warm-up', keyType: 0 })
      const ofTransactions = await wire.ask(FindCoordinator, 2, { key: 'warm-up', keyType: 1 })
      const { transactionStates } = await wire.ask(DescribeTransactions, 0, { transactionalIds })
      const unknown = transactionStates.filter(({ errorCode }) => errorCode === transactionalIdNotFound)
      const codes = [producer, coordinator, ofTransactions].map(({ errorCode }) => errorCode)
      if (codes.every(code => code === 0) && unknown.length === transactionalIds.length) return
      if (Date.now() > deadline)
        throw new Error(
          `the broker on ${port} is not ready: ${codes.join(' ')}, knows of ${unknown.length} transactions`,
        )
      await sleep(50)
    }
  } finally {
    wire.close()
  }
}

let count = 0

async function playOn(
  broker: Judged,
  scenario: Scenario,
  version: number,
  stamp: string,
  top: (api: Api) => number,
): Promise<Subject> {
  const subject = new Subject(broker.port, stamp, top)
  try {
    await scenario.play(subject, version)
  } catch (error) {
    if (!(error instanceof Halt))
      subject.steps.push({
        label: 'scenario',
        reply: { $threw: error instanceof Error ? error.message : String(error) },
      })
  } finally {
    subject.close()
  }
  return subject
}

function isJudgedElsewhere({ judgedElsewhere }: Judged, step: Step | undefined): boolean {
  if (judgedElsewhere === undefined || step?.asked === undefined) return false
  const range = judgedElsewhere.get(step.asked.key)
  return (
    range !== undefined &&
    step.asked.version >= (step.asked.key === 0 ? 3 : range.min) &&
    step.asked.version <= range.max
  )
}

/** Runs one scenario in one version on both and compares the transcripts. */
export async function compare(judge: Judged, ours: Judged, scenario: Scenario, version: number): Promise<Verdict> {
  const name =
    scenario.versions === undefined ? scenario.name : `${scenario.name} (${scenario.versions.name} v${version})`
  const stamp = `s${++count}`
  const top = (api: Api): number => {
    const [a, b] = [judge.served.get(api.key), ours.served.get(api.key)]
    return Math.min(a?.max ?? 0, b?.max ?? a?.max ?? 0)
  }
  const began = performance.now()
  const [theirs, own] = await Promise.all([
    playOn(judge, scenario, version, stamp, top),
    playOn(ours, scenario, version, stamp, top),
  ])
  const used: Explained[] = []
  let finding: Finding | null = null
  for (let index = 0; index < Math.max(theirs.steps.length, own.steps.length) && finding === null; index++) {
    const [a, b] = [theirs.steps[index], own.steps[index]]
    const step = `#${index} ${(a ?? b)?.label}`
    if (isJudgedElsewhere(judge, a ?? b)) continue
    const all = differencesOf(a?.reply ?? { $missing: true }, b?.reply ?? { $missing: true })
    const left = all.filter(difference => {
      if (judge.judgedElsewhere !== undefined && difference.path.endsWith('rrorMessage')) return false
      const why = explanationOf(`${name} / ${step} / ${difference.path}`, difference)
      if (why !== undefined) used.push(why)
      return why === undefined
    })
    if (left.length > 0) finding = { scenario: name, step, differences: left }
  }
  return {
    scenario: scenario.name,
    version: scenario.versions === undefined ? null : version,
    steps: theirs.steps.length,
    finding,
    explained: used,
    exercised: own.exercised,
    ms: performance.now() - began,
  }
}
