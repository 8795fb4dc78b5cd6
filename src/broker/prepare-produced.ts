/** Batches of a Produce request that take long to look at are prepared before any of the request is appended. */
import type { Call } from '../call/call'
import { isPromise } from '../call/stage'
import type { Prepared } from '../partition/prepare'
import { compressionAt, minBatchBytes } from '../protocol/records/batch'
import { Refusal } from '../protocol/errors'
import { soleBatch } from '../protocol/records/validate'
import type { Broker } from './broker'
import { resolveTopic } from './topics'

/** What is produced to one partition. */
export interface Produced {
  readonly topic: { readonly name: string; readonly topicId: string }
  readonly index: number
  readonly records: Buffer | null
}

export interface PreparedProduced extends Produced {
  /** Absent and null where nothing took long. */
  readonly prepared?: Prepared | null
}

/** At once where nothing takes long. Otherwise what the request's buffer holds is copied at once, and used no more. */
export function prepareProduced(
  broker: Broker,
  call: Call,
  all: readonly Produced[],
): readonly PreparedProduced[] | Promise<readonly PreparedProduced[]> {
  // Most batches are stored as they come, and are not looked at here.
  if (!all.some(one => mayTakeLong(broker, call, one))) return all
  const preparing = all.map(one => preparingOf(broker, call, one))
  if (preparing.every(({ prepared }) => !isPromise(prepared))) return preparing as readonly PreparedProduced[]
  const kept = preparing.map(one => (isPromise(one.prepared) ? one : copied(one)))
  return Promise.all(kept.map(async ({ prepared, ...one }) => ({ ...one, prepared: await prepared })))
}

export const copied = <T extends Produced>(one: T): T => ({ ...one, records: one.records && Buffer.from(one.records) })

/** What is neither compressed nor written anew is stored as it is. */
function mayTakeLong(broker: Broker, call: Call, { topic, index, records }: Produced): boolean {
  if (records === null || records.length < minBatchBytes) return false
  if (compressionAt(records) !== 0) return true
  const name = call.version >= 13 ? resolveTopic(broker.image(), topic, true).name : topic.name
  return broker.partitions.find(name, index)?.mayRecompress ?? false
}

interface Preparing extends Produced {
  readonly prepared: Prepared | Promise<Prepared> | null
}

function preparingOf(broker: Broker, call: Call, one: Produced): Preparing {
  const { name, unknown } = resolveTopic(broker.image(), one.topic, call.version >= 13)
  const partition = unknown ? null : broker.partitions.find(name, one.index)
  // Nothing is opened for who may not write.
  if (!partition || !broker.access.wouldAllow(call, 'WRITE', 'topic', name)) return { ...one, prepared: null }
  const batch = batchOf(one.records, call.version)
  if (batch === null) return { ...one, prepared: null }
  let { records } = one
  const own = (): Buffer => (records = Buffer.from(batch))
  const prepared = partition.prepare(batch, broker.clock.now(), broker.longWork, own)
  return { ...one, records, prepared }
}

/** Null where there is none that could be produced. */
function batchOf(records: Buffer | null, version: number): Buffer | null {
  try {
    return soleBatch(records, version)
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}
