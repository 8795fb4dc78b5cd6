/** Writes what a coordinator has decided into the partitions of a transaction, until every one has it. */
import type { EndOfTransaction } from '../../machine/record-log'
import type { Timers } from '../../platform/clock'
import { Refusal, type ErrorName } from '../../protocol/errors'
import type { MarkerTroubles } from './marker-troubles'
import type { TopicPartition, Transaction } from './state'

export interface MarkersWorld {
  readonly timers: Timers
  /** Resolves when the marker is durable. Rejects with Refusal. */
  writeMarker(at: TopicPartition, marker: EndOfTransaction): void | Promise<void>
}

/** What fails is tried again after this, then after twice as long, and so on. */
const retryMs = { first: 100, most: 1000 } as const

/** The partition has moved on without this marker, or is no more: there is nothing left to be written. */
const settled: readonly ErrorName[] = [
  'INVALID_PRODUCER_EPOCH',
  'TRANSACTION_COORDINATOR_FENCED',
  'UNKNOWN_TOPIC_OR_PARTITION',
]

/** Settles when all partitions have the marker; undefined when they have it at once. `isOver` ends it early. */
export function spreadMarkers(
  world: MarkersWorld,
  troubles: MarkerTroubles,
  transaction: Transaction,
  coordinatorEpoch: number,
  isOver: () => boolean,
): Promise<void> | undefined {
  const { producerId, producerEpoch, clientVersion, state } = transaction
  const marker: EndOfTransaction = {
    producerId,
    producerEpoch,
    coordinatorEpoch,
    commit: state === 'PrepareCommit',
    transactionVersion: clientVersion,
  }
  const waits: Promise<void>[] = []
  for (const [topic, partitions] of transaction.partitions) {
    for (const partition of partitions) {
      const written = tryOnce(world, { topic, partition }, marker)
      if (written) waits.push(untilWritten({ world, troubles, isOver }, written, { topic, partition }, marker))
    }
  }
  return waits.length === 0 ? undefined : Promise.all(waits).then(() => undefined)
}

interface Spread {
  readonly world: MarkersWorld
  readonly troubles: MarkerTroubles
  isOver(): boolean
}

async function untilWritten(
  { world, troubles, isOver }: Spread,
  first: Promise<unknown>,
  at: TopicPartition,
  marker: EndOfTransaction,
): Promise<void> {
  const fault = await faultOf(first)
  if (fault === null) return
  troubles.begin(at, marker.producerId, fault.message)
  for (let pauseMs: number = retryMs.first; ; pauseMs = Math.min(2 * pauseMs, retryMs.most)) {
    await new Promise<void>(resolve => world.timers.after(pauseMs, resolve))
    if (isOver()) return
    const again = await faultOf(tryOnce(world, at, marker))
    if (again === null) return troubles.end(at)
    troubles.failed(at, marker.producerId, again.message)
  }
}

/** Why a marker is not written; null when it is, or never can be. */
async function faultOf(trying: Promise<unknown> | undefined): Promise<Error | null> {
  const fault = await trying?.catch((error: unknown) => error)
  return fault instanceof Error && !isSettled(fault) ? fault : null
}

const isSettled = (fault: unknown): boolean => fault instanceof Refusal && settled.includes(fault.error)

/** Undefined when the marker is written, or never can be. */
function tryOnce(world: MarkersWorld, at: TopicPartition, marker: EndOfTransaction): Promise<void> | undefined {
  try {
    return world.writeMarker(at, marker) ?? undefined
  } catch (error) {
    if (isSettled(error)) return undefined
    const failed = Promise.reject(error)
    failed.catch(() => {})
    return failed
  }
}
