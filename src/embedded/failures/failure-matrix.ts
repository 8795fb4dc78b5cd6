/** `failureMatrix`: whether code under test survives the standard failures, each with a cluster of its own. */
import { nodeClock, nodeTimers } from '../../platform/node/clock'
import { holdProcess } from '../../platform/node/hold'
import { Broker } from '../broker'
import { BrokerError } from '../contract/commands'
import { chosenFailures, type Failure } from './failures'
import { listOf, milliseconds, some, text } from '../contract/kinds'
import type { BrokerOptions } from '../contract/options'
import { askedNothing, type MatrixReport, noFailure, type Trial, tryFailures } from './trials'

export interface MatrixOptions extends BrokerOptions {
  /** Names of failures, or kinds of them as `produce`; all when left out. */
  readonly only?: string | readonly string[]
  readonly without?: string | readonly string[]
  /** For each; 30,000 by default. */
  readonly trialTimeoutMs?: number
}

/**
 * Runs `survives` once for each failure, and once before with none. It survives when its promise resolves. Rejects with
 * BrokerError when it does not even without a failure, or then asks the broker for nothing, and with TypeError for a failure
 * that nobody knows.
 */
export async function failureMatrix(
  options: MatrixOptions,
  survives: (kafka: Broker, failure: Failure) => Promise<unknown>,
): Promise<MatrixReport> {
  const { only = [], without = [], trialTimeoutMs = 30_000, ...brokerOptions } = options
  some(text)(only, 'only of failureMatrix')
  some(text)(without, 'without of failureMatrix')
  milliseconds(trialTimeoutMs, 'trialTimeoutMs of failureMatrix')
  const failures = chosenFailures(listOf(only), listOf(without))
  const release = holdProcess()
  const origin = await Broker.create({ log: 'error', ...brokerOptions })
  let first: string | null = null
  try {
    const trial = (failure: Failure) => tryOne(origin, failure, survives, trialTimeoutMs)
    const report = await tryFailures(failures, nodeClock, trial, ({ message }) => (first ??= message))
    if (report) return report
    if (first === askedNothing)
      throw new BrokerError(`${first}, so nothing can go wrong for it: kafka.brokers says where it is`, null)
    throw new BrokerError(`it fails without any failure: ${first}`, null)
  } finally {
    await origin.stop()
    release()
  }
}

async function tryOne(
  origin: Broker,
  failure: Failure,
  survives: (kafka: Broker, failure: Failure) => Promise<unknown>,
  timeoutMs: number,
): Promise<Trial> {
  const kafka = await origin.fork()
  const faults = await kafka.faults.begin(failure)
  let message: string | null = null
  try {
    await within(timeoutMs, survives(kafka, failure))
    if (failure === noFailure && (await kafka.requests()).length === 0) message = askedNothing
  } catch (error) {
    message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
  const hits = await faults.hits()
  await kafka.stop({ drainMs: 0 })
  return { hits, message }
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = nodeTimers.after(ms, () => reject(new Error(`it was not done after ${ms} ms`)))
    work.finally(cancel).then(resolve, reject)
  })
}
