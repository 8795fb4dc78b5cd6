/**
 * Batches of a transaction are appended only where their coordinator knows that the partition is in it: older producers
 * have said so before and it is verified, newer ones say so by producing (KIP-890).
 */
import type { Call } from '../call/call'
import { isPromise } from '../call/stage'
import type { PartitionsAsk } from '../coordinator/transaction/partitions'
import type { TopicPartition } from '../coordinator/transaction/state'
import type { Verification } from '../partition/verifications'
import { Refusal, type ErrorName } from '../protocol/errors'
import type { ProduceRequest } from '../protocol/messages/produce'
import {
  baseSequenceAt,
  isTransactionalAt,
  magicAt,
  minBatchBytes,
  producerEpochAt,
  producerIdAt,
} from '../protocol/records/batch'
import { wholeBatchBytes } from '../protocol/records/validate'
import type { Broker } from './broker'
import { resolveTopic } from './topics'

/** The coordinator did not vouch for a partition; `detail` is told to the producer. */
export class NotVerified extends Refusal {}

/** What the coordinator said of a partition. */
export interface Word {
  readonly verification: Verification | null
  readonly refusal: Refusal | null
}

/** By topic and partition; null where nobody had to be asked. */
export interface Words {
  get(topic: string, partition: number): Word | null
}

interface Asked {
  readonly topic: { readonly name: string; readonly topicId: string }
  readonly records: Buffer | null
  readonly index: number
}

interface Wanted extends TopicPartition {
  readonly verification: Verification
}

const joinsByProducing = (version: number): boolean => version >= 12
const noWords: Words = { get: () => null }

/**
 * Whether the first batch is of a transaction. One that cannot be read so far fails the whole request, as in Kafka, which
 * looks at the same place.
 */
export function transactionalBatch(records: Buffer | null): records is Buffer {
  const sizeBytes = records === null ? null : wholeBatchBytes(records, 0)
  return sizeBytes !== null && sizeBytes >= minBatchBytes && magicAt(records!) === 2 && isTransactionalAt(records!)
}

/**
 * Asks the coordinator about partitions that are not in the producer's transaction yet, all at once. Throws
 * INVALID_PRODUCER_ID_MAPPING for batches of more than one producer.
 */
export function joinTransaction(
  broker: Broker,
  call: Call,
  { transactionalId }: ProduceRequest,
  all: readonly Asked[],
): Words | Promise<Words> {
  if (transactionalId === null || call.version < 3) return noWords
  const wanted: Wanted[] = []
  const fenced = new Map<string, Word>()
  let producer: { readonly producerId: number; readonly producerEpoch: number } | null = null
  for (const { topic, records, index } of all) {
    if (!transactionalBatch(records) || producerIdAt(records) < 0) continue
    const { name } = resolveTopic(broker.image(), topic, call.version >= 13)
    if (!broker.access.isAllowed(call, 'WRITE', 'topic', name)) continue
    const [producerId, producerEpoch] = [producerIdAt(records), producerEpochAt(records)]
    producer ??= { producerId, producerEpoch }
    if (producer.producerId !== producerId || producer.producerEpoch !== producerEpoch) {
      throw new Refusal('INVALID_PRODUCER_ID_MAPPING', 'The request has batches of more than one producer')
    }
    const partition = broker.partitions.find(name, index)
    if (!partition) continue
    const tried = { producerId, producerEpoch, firstSequence: baseSequenceAt(records) }
    // Found out before anybody is asked: what a fenced producer tries stands in nobody's way.
    const isFenced = (partition.producers.entry(producerId)?.epoch ?? -1) > producerEpoch
    if (isFenced) {
      fenced.set(keyOf(name, index), { verification: null, refusal: new Refusal('INVALID_PRODUCER_EPOCH') })
      continue
    }
    const verification = partition.verificationFor(tried, joinsByProducing(call.version), broker.clock.now())
    if (!verification) continue
    wanted.push({ topic: name, partition: index, verification })
  }
  if (producer === null || wanted.length === 0) return fenced.size === 0 ? noWords : wordsIn(fenced)
  return ask(broker, call.version, { transactionalId, ...producer, partitions: wanted }, wanted, fenced)
}

function ask(
  broker: Broker,
  version: number,
  asked: PartitionsAsk,
  wanted: readonly Wanted[],
  words: Map<string, Word>,
): Words | Promise<Words> {
  const told = (verdicts: readonly ErrorName[]) => {
    for (const [i, one] of wanted.entries())
      words.set(keyOf(one.topic, one.partition), wordOf(version, one, verdicts[i]!))
    return wordsIn(words)
  }
  const refused = (error: unknown): Words => {
    if (!(error instanceof Refusal)) throw error
    return told(wanted.map(() => error.error))
  }
  try {
    const verdicts = joinsByProducing(version)
      ? added(broker, asked)
      : broker.transactionsOf(asked.transactionalId).verify(asked)
    return isPromise(verdicts) ? verdicts.then(told, refused) : told(verdicts)
  } catch (error) {
    return refused(error)
  }
}

function added(broker: Broker, asked: PartitionsAsk): ErrorName[] | Promise<ErrorName[]> {
  const all = asked.partitions.map((): ErrorName => 'NONE')
  return addPatiently(broker, asked).then(() => all)
}

/**
 * A producer that was told of the end of its last transaction is often faster with its next batch than the markers of that
 * end. Kafka waits a little for them instead of sending the producer away (`add.partitions.to.txn.retry.backoff.max.ms`).
 */
async function addPatiently({ transactionsOf, configs, clock, timers }: Broker, asked: PartitionsAsk): Promise<void> {
  const { addPartitionsToTxnRetryBackoffMs: pauseMs, addPartitionsToTxnRetryBackoffMaxMs: patienceMs } =
    configs.broker()
  const untilMs = clock.monotonic() + patienceMs
  for (;;) {
    const transactions = transactionsOf(asked.transactionalId)
    try {
      return await transactions.add(asked, 2)
    } catch (error) {
      const isEnding = error instanceof Refusal && error.error === 'CONCURRENT_TRANSACTIONS'
      if (!isEnding || clock.monotonic() >= untilMs) throw error
    }
    await new Promise<void>(resolve => {
      const cancel = timers.after(pauseMs, resolve)
      void transactions.settling(asked.transactionalId)?.then(() => {
        cancel()
        resolve()
      })
    })
  }
}

function wordOf(version: number, { verification }: Wanted, verdict: ErrorName): Word {
  const error = errorFor(verdict, version)
  if (error === 'NONE') return { verification, refusal: null }
  return { verification, refusal: new NotVerified(error, reasonFor(verdict, error)) }
}

/** In Kafka's words, which it puts into the reply for some refusals only. */
function reasonFor(verdict: ErrorName, error: ErrorName): string | null {
  if (error === 'INVALID_TXN_STATE') return 'Partition was not added to the transaction'
  if (!passing.includes(verdict)) return null
  return `Unable to verify the partition has been added to the transaction. Underlying error: ${verdict}`
}

const keyOf = (topic: string, partition: number): string => `${topic}\0${partition}`

const wordsIn = (words: ReadonlyMap<string, Word>): Words => ({
  get: (topic, partition) => words.get(keyOf(topic, partition)) ?? null,
})

/** Errors that pass: older producers know none that says so but this one. */
const passing: readonly ErrorName[] = [
  'CONCURRENT_TRANSACTIONS',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
]

function errorFor(error: ErrorName, version: number): ErrorName {
  if (error === 'CONCURRENT_TRANSACTIONS' && joinsByProducing(version)) return error
  if (passing.includes(error)) return 'NOT_ENOUGH_REPLICAS'
  if (error === 'PRODUCER_FENCED') return 'INVALID_PRODUCER_EPOCH'
  return error === 'TRANSACTION_ABORTABLE' && version < 11 ? 'INVALID_TXN_STATE' : error
}
