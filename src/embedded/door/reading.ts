/** Records as a test reads them and waits for them, piece by piece. */
import { BrokerError, type Gives, type OffsetSpec, type Takes } from '../contract/commands'
import type { Ask } from './fault-door'
import { isMatch, type Match, matchText, seenLines } from '../contract/matching'
import { type Rec, recordFrom } from '../contract/values'
import { firstShared } from './shared-reading'
import { type ReadOptions, type RecordsOptions, type Wait, waitMsDefault } from '../contract/waits'

/** Rejects when there is no such topic. */
export async function allRecords<T>(ask: Ask, topic: string, options: RecordsOptions): Promise<Rec<T>[]> {
  const all: Rec<T>[] = []
  await readUntil<T>(ask, topic, { ...options, timeoutMs: 0 }, all, records => records.length === 0)
  return all
}

/** Rejects with what was there instead when the time is up. */
export async function firstRecord<T>(
  ask: Ask,
  topic: string,
  match: Match<T>,
  options: ReadOptions & Wait,
): Promise<Rec<T>> {
  const { from = 'start', partition = null, as = 'auto', timeoutMs = waitMsDefault } = options
  // Who comes later begins elsewhere with the others, and who does not wait reads alone.
  if ((from === 'start' || typeof from === 'number') && timeoutMs > 0)
    return firstShared<T>(ask, { topic, partition, from, as }, match, timeoutMs)
  const seen: Rec<T>[] = []
  let found: Rec<T> | undefined
  const without = await readUntil<T>(ask, topic, options, seen, records => {
    return (found = records.find(record => isMatch(record, match))) !== undefined
  })
  if (found) return found
  throw new BrokerError(`no record of ${topic} ${matchText(match)}. ${without ?? seenLines(seen)}`, null)
}

/** Rejects as `firstRecord`. */
export async function firstRecords<T>(
  ask: Ask,
  topic: string,
  count: number,
  options: RecordsOptions & Wait,
): Promise<Rec<T>[]> {
  const seen: Rec<T>[] = []
  const without = await readUntil<T>(ask, topic, options, seen, () => seen.length >= count)
  if (seen.length >= count) return seen.slice(0, count)
  throw new BrokerError(`${topic} does not have ${count} records. ${without ?? seenLines(seen)}`, null)
}

interface Reading extends ReadOptions, Wait {
  readonly to?: OffsetSpec
}

/**
 * Puts what is read into `seen`, piece by piece, until `enough` says so of a piece, or the time is up; `seen` is emptied when
 * the topic is not any more what it was. Gives why there can be no record, if that is so when the time is up.
 */
async function readUntil<T>(
  ask: Ask,
  topic: string,
  { from = 'start', to, partition, as = 'auto', timeoutMs = waitMsDefault }: Reading,
  seen: Rec<T>[],
  enough: (records: readonly Rec<T>[]) => boolean,
): Promise<string | null> {
  const wanted = { topic, partition: partition ?? null, from, to: to ?? null }
  let at: Pick<Takes<'read'>, 'next' | 'life'> = { next: [] }
  for (let waitMs = timeoutMs; ; ) {
    const read: Gives<'read'> = await ask('read', { ...wanted, ...at, waitMs })
    at = { next: read.next, life: read.life }
    if (read.isAnew) seen.length = 0
    const records = read.records.map(raw => recordFrom<T>(topic, raw, as))
    for (const record of records) seen.push(record)
    if (enough(records)) return null
    if (read.leftMs < 0) return read.without
    waitMs = read.leftMs
  }
}
