/** The part of a request that a fault is about: taken out of the request, and told of in the reply beside what was served. */
import type { Body, Handler } from '../../call/handler'
import { zeroTopicId } from '../../broker/topics'

export type Entries = NonNullable<Handler<never>['entries']>

/** What entries are looked for: one of these names stands in them, or null for all, and the partition, if that is said. */
export interface About {
  readonly names: readonly string[] | null
  readonly partition: number | null
}

/** `taken` are the entries, or parts of them, that are meant; `rest` is the request without them. */
export interface Split {
  readonly taken: readonly Body[]
  readonly rest: Body
}

export function splitRequest({ request: list }: Entries, request: Body, about: About): Split {
  const all: readonly Body[] | null = request[list]
  if (!all) return { taken: [], rest: request }
  const taken: Body[] = []
  const left: Body[] = []
  for (const entry of all) {
    const { inside, outside } = splitEntry(entry, about)
    if (inside !== null) taken.push(inside)
    if (outside !== null) left.push(outside)
  }
  return { taken, rest: { ...request, [list]: left } }
}

function splitEntry(entry: Body, { names, partition }: About): { inside: Body; outside: Body } {
  if (names && !names.some(name => namesText(entry, name))) return { inside: null, outside: entry }
  const list = partition === null ? null : partitionList(entry)
  if (list === null) return { inside: entry, outside: null }
  const partitions: readonly Body[] = entry[list]
  const part = (isWanted: boolean): Body => {
    const some = partitions.filter(one => (indexOf(one) === partition) === isWanted)
    return some.length === 0 ? null : { ...entry, [list]: some }
  }
  return { inside: part(true), outside: part(false) }
}

/** The reply with these entries in it: beside what it has of the same topic, and instead of what it has of the same partition. */
export function withEntries(reply: Body, { response: list }: Entries, entries: readonly Body[]): Body {
  const told: Body[] = [...(reply[list] ?? [])]
  for (const entry of entries) {
    const at = told.findIndex(other => isSame(other, entry))
    if (at < 0) told.push(entry)
    else told[at] = mergedEntry(told[at], entry)
  }
  return { ...reply, [list]: told }
}

function mergedEntry(told: Body, entry: Body): Body {
  const list = partitionList(entry)
  if (list === null) return entry
  const mine: readonly Body[] = entry[list]
  const others = ((told[list] ?? []) as Body[]).filter(one => !mine.some(own => indexOf(own) === indexOf(one)))
  return { ...told, [list]: [...others, ...mine] }
}

function isSame(a: Body, b: Body): boolean {
  const [idA, idB] = [a.topicId ?? zeroTopicId, b.topicId ?? zeroTopicId]
  if (idA !== zeroTopicId && idB !== zeroTopicId) return idA === idB
  const [nameA, nameB] = [nameOf(a), nameOf(b)]
  return nameA !== '' && nameA === nameB
}

const nameOf = (entry: Body): string => entry.name ?? entry.topic ?? entry.groupId ?? entry.topicName ?? ''

/** The field of an entry in which its partitions stand. */
function partitionList(entry: Body): string | null {
  if (typeof entry !== 'object' || entry === null) return null
  for (const [name, value] of Object.entries<Body>(entry)) {
    if (Array.isArray(value) && value.length > 0 && indexOf(value[0]) !== null) return name
  }
  return null
}

function indexOf(partition: Body): number | null {
  if (typeof partition === 'number') return partition
  const index: unknown = partition?.partitionIndex ?? partition?.index ?? partition?.partition
  return typeof index === 'number' ? index : null
}

/** Whether a text stands anywhere in a request: requests are small, and faults rare. */
export function namesText(request: unknown, text: string): boolean {
  if (typeof request === 'string') return request === text
  if (typeof request !== 'object' || request === null || ArrayBuffer.isView(request)) return false
  return Object.values(request).some(part => namesText(part, text))
}

/** The same with bytes of its own. */
export function withOwnBytes(part: Body): Body {
  if (Buffer.isBuffer(part)) return Buffer.from(part)
  if (Array.isArray(part)) return part.map(withOwnBytes)
  if (typeof part !== 'object' || part === null) return part
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, withOwnBytes(value)]))
}
