/** Writes what a coordinator has decided into the partitions of a transaction, until every one has it. */
import type { EndOfTransaction } from '../../machine/record-log'
import type { Timers } from '../../platform/clock'
import type { Logger } from '../../platform/logger'
import { Refusal, type ErrorName } from '../../protocol/errors'
import type { TopicPartition, Transaction } from './state'

export interface MarkersWorld {
  readonly timers: Timers
  readonly logger: Logger
  /** Resolves when the marker is durable. Rejects with Refusal. */
  writeMarker(at: TopicPartition, marker: EndOfTransaction): void | Promise<void>
}

const retryMs = 100

/** The partition has moved on without this marker, or is no more: there is nothing left to be written. */
const settled: readonly ErrorName[] = [
  'INVALID_PRODUCER_EPOCH',
  'TRANSACTION_COORDINATOR_FENCED',
  'UNKNOWN_TOPIC_OR_PARTITION',
]

/** Settles when all partitions have the marker; undefined when they have it at once. `isOver` ends it early. */
export function spreadMarkers(
  world: MarkersWorld,
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
      if (written) waits.push(untilWritten(world, written, { topic, partition }, marker, isOver))
    }
  }
  return waits.length === 0 ? undefined : Promise.all(waits).then(() => undefined)
}

async function untilWritten(
  world: MarkersWorld,
  first: Promise<unknown>,
  at: TopicPartition,
  marker: EndOfTransaction,
  isOver: () => boolean,
): Promise<void> {
  for (let trying: Promise<unknown> | undefined = first; trying; trying = tryOnce(world, at, marker)) {
    const fault = await trying.catch((error: unknown) => error)
    if (!(fault instanceof Error) || isSettled(fault)) return
    world.logger.warn('transaction.marker.failed', { ...at, producer: marker.producerId, error: fault.message })
    await new Promise<void>(resolve => world.timers.after(retryMs, resolve))
    if (isOver()) return
  }
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
