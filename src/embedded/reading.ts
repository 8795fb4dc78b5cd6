/** Records as a test reads them and waits for them, piece by piece. */
import { BrokerError, type Gives, type OffsetSpec } from './commands'
import type { Ask } from './fault-door'
import { isMatch, type Match, matchText, seenLines } from './matching'
import { type Rec, recordFrom } from './values'
import { type ReadOptions, type RecordsOptions, type Wait, waitMsDefault } from './waits'

/** Rejects when there is no such topic. */
export async function allRecords<T>(ask: Ask, topic: string, options: RecordsOptions): Promise<Rec<T>[]> {
  const all: Rec<T>[] = []
  await readUntil<T>(ask, topic, { ...options, timeoutMs: 0 }, records => {
    all.push(...records)
    return records.length === 0
  })
  return all
}

/** Rejects with what was there instead when the time is up. */
export async function firstRecord<T>(
  ask: Ask,
  topic: string,
  match: Match<T>,
  options: ReadOptions & Wait,
): Promise<Rec<T>> {
  const seen: Rec<T>[] = []
  let found: Rec<T> | undefined
  const isFound = await readUntil<T>(ask, topic, options, records => {
    seen.push(...records)
    return (found = records.find(record => isMatch(record, match))) !== undefined
  })
  if (isFound && found) return found
  throw new BrokerError(`no record of ${topic} ${matchText(match)}. ${seenLines(seen)}`, null)
}

/** Rejects as `firstRecord`. */
export async function firstRecords<T>(
  ask: Ask,
  topic: string,
  count: number,
  options: RecordsOptions & Wait,
): Promise<Rec<T>[]> {
  const seen: Rec<T>[] = []
  const isFound = await readUntil<T>(ask, topic, options, records => {
    seen.push(...records)
    return seen.length >= count
  })
  if (isFound) return seen.slice(0, count)
  throw new BrokerError(`${topic} does not have ${count} records. ${seenLines(seen)}`, null)
}

interface Reading extends ReadOptions, Wait {
  readonly to?: OffsetSpec
}

/** Hands on what is read, piece by piece, until `enough` says so; false when the time is up first. */
async function readUntil<T>(
  ask: Ask,
  topic: string,
  { from = 'start', to, partition, as = 'auto', timeoutMs = waitMsDefault }: Reading,
  enough: (records: Rec<T>[]) => boolean,
): Promise<boolean> {
  const wanted = { topic, partition: partition ?? null, from, to: to ?? null }
  let next: Gives<'read'>['next'] = []
  for (let waitMs = timeoutMs; ; ) {
    const read = await ask('read', { ...wanted, next, waitMs })
    next = read.next
    if (enough(read.records.map(raw => recordFrom<T>(topic, raw, as)))) return true
    if (read.leftMs < 0) return false
    waitMs = read.leftMs
  }
}
