/** Holds what a broker shows after a restart to what its clients were told before. Gives every anomaly as a sentence. */
import { type Batch, type Commit, type Ledger, placeOf, type ReadRecord, shortly, type Topic } from './ledger'

export interface SeenPartition {
  readonly topicId: string
  readonly partition: number
  readonly start: number
  readonly highWatermark: number
  readonly end: number
  /** From the start to the high watermark. */
  readonly records: readonly ReadRecord[]
}

export interface Seen {
  readonly topics: readonly { readonly name: string; readonly id: string; readonly partitions: number }[]
  readonly partitions: readonly SeenPartition[]
  readonly commits: readonly {
    readonly group: string
    readonly topicId: string
    readonly partition: number
    /** -1 when the group committed nothing. */
    readonly offset: number
  }[]
}

export function judge(ledger: Ledger, seen: Seen): string[] {
  const anomalies = [...ledger.anomalies, ...judgeTopics(ledger, seen)]
  const byPlace = new Map<string, Batch[]>()
  for (const batch of ledger.batches.values()) {
    const place = placeOf(batch.topicId, batch.partition)
    const list = byPlace.get(place)
    if (list) list.push(batch)
    else byPlace.set(place, [batch])
  }
  for (const partition of seen.partitions) {
    const place = placeOf(partition.topicId, partition.partition)
    const batches = byPlace.get(place) ?? []
    const says = [
      ...judgeShape(ledger, partition),
      ...judgeRecords(batches, partition),
      ...judgeAcknowledged(batches, partition),
    ]
    anomalies.push(...says.map(text => text.replace(':', `: ${place}`)))
  }
  for (const commit of seen.commits) anomalies.push(...judgeCommit(ledger.commits, commit))
  return anomalies
}

function judgeTopics({ topics }: Ledger, seen: Seen): string[] {
  const anomalies: string[] = []
  const asked = new Set(topics.map(({ name }) => name))
  for (const { name } of seen.topics) {
    if (!asked.has(name) && !name.startsWith('__')) anomalies.push(`phantom topic: ${name}`)
  }
  for (const topic of topics) anomalies.push(...judgeTopic(topic, seen))
  return anomalies
}

function judgeTopic(topic: Topic, { topics }: Seen): string[] {
  const { name, id, partitions, created, deleted } = topic
  const found = topics.find(each => each.id === id)
  if (found && deleted === 'acked') return [`undead topic: ${name} ${id}`]
  if (!found && created === 'acked' && deleted === 'no') return [`lost topic: ${name} ${id}`]
  if (found && (found.name !== name || found.partitions !== partitions)) {
    return [`changed topic: ${name} of ${partitions} is ${found.name} of ${found.partitions}`]
  }
  return []
}

function judgeShape(ledger: Ledger, { topicId, partition, start, highWatermark, end, records }: SeenPartition) {
  const anomalies: string[] = []
  const known = ledger.at(topicId, partition)
  if (!(start <= highWatermark && highWatermark <= end)) {
    anomalies.push(`bounds: start ${start}, high watermark ${highWatermark}, end ${end}`)
  }
  if (highWatermark < known.highWatermark) {
    anomalies.push(`shrunk: the high watermark is ${highWatermark}, and was ${known.highWatermark}`)
  }
  let next = start
  for (const { offset } of records) {
    if (offset !== next) anomalies.push(`gap: ${offset} follows ${next - 1}`)
    next = offset + 1
  }
  if (next !== highWatermark) anomalies.push(`gap: records end at ${next}, and the high watermark is ${highWatermark}`)
  for (const { offset, value } of records) {
    const before = known.values.get(offset)
    if (before !== undefined && before !== value) {
      anomalies.push(`changed: at ${offset} was ${shortly(before)}, is ${shortly(value)}`)
    }
  }
  const promised = Math.max(0, ...known.starts.filter(({ outcome }) => outcome === 'acked').map(({ asked }) => asked))
  const atMost = Math.max(0, ...known.starts.filter(({ outcome }) => outcome !== 'refused').map(({ asked }) => asked))
  if (start < promised) anomalies.push(`undeleted: starts at ${start}, and records below ${promised} were deleted`)
  if (start > atMost) anomalies.push(`lost start: starts at ${start}, and nothing above ${atMost} was deleted`)
  return anomalies
}

const parsed = (value: string): [number, number] => {
  const [batch, i] = value.split('.')
  return [Number(batch), Number(i)]
}

/** Every record was sent here, whole batches only, no more often than it was sent, and in the producer's order. */
function judgeRecords(batches: readonly Batch[], { start, highWatermark, records }: SeenPartition): string[] {
  const anomalies: string[] = []
  const sent = new Map(batches.map(batch => [batch.id, batch]))
  const copies = new Map<number, number>()
  const lastOf = new Map<string, number>()
  for (const [at, { offset, value }] of records.entries()) {
    const [id, i] = parsed(value)
    const batch = sent.get(id)
    if (!batch || !(i < batch.count)) {
      anomalies.push(`phantom: at ${offset} is ${shortly(value)}`)
      continue
    }
    if (batch.outcome === 'refused') anomalies.push(`phantom: at ${offset} is ${shortly(value)}, which was refused`)
    const before = records[at - 1]
    if (i > 0 && offset > start && before?.value.startsWith(`${id}.${i - 1}.`) !== true) {
      anomalies.push(`torn: at ${offset} is ${shortly(value)} without the record before it`)
    }
    const base = offset - i
    if (i === 0 && base + batch.count > highWatermark) anomalies.push(`torn: batch ${id} at ${offset} is cut short`)
    if (i > 0) continue
    const count = (copies.get(id) ?? 0) + 1
    copies.set(id, count)
    if (count > (batch.producer === null ? batch.attempts : 1)) {
      anomalies.push(`duplicate: batch ${id} is there ${count} times, again at ${offset}`)
    }
    if (batch.producer === null) continue
    const last = lastOf.get(batch.producer) ?? -1
    if (batch.nth < last)
      anomalies.push(`disorder: batch ${id} of ${batch.producer} at ${offset} comes after a later one`)
    lastOf.set(batch.producer, batch.nth)
  }
  return anomalies
}

function judgeAcknowledged(batches: readonly Batch[], { start, highWatermark, records }: SeenPartition): string[] {
  const anomalies: string[] = []
  const byOffset = new Map(records.map(({ offset, value }) => [offset, value]))
  const present = new Set(records.map(({ value }) => parsed(value).join('.')))
  for (const { id, count, outcome, baseOffset } of batches) {
    if (outcome !== 'acked') continue
    for (let i = 0; i < count; i += 1) {
      const isThere =
        baseOffset === null
          ? present.has(`${id}.${i}`) || start > 0
          : baseOffset + i < start || byOffset.get(baseOffset + i)?.startsWith(`${id}.${i}.`) === true
      if (isThere) continue
      const at = baseOffset === null ? 'somewhere' : `at ${baseOffset + i}`
      anomalies.push(`lost: record ${i} of batch ${id} was acknowledged ${at}; the log is ${start} to ${highWatermark}`)
      break
    }
  }
  return anomalies
}

/**
 * What a group has committed is what the last acknowledged commit said, or one that may have come after it. While others
 * commit, those count as the last that were acknowledged before `askedMs`, when it was asked for what is seen.
 */
export function judgeCommit(commits: readonly Commit[], seen: Seen['commits'][number], askedMs = Infinity): string[] {
  const { group, topicId, partition, offset } = seen
  const tried = commits.filter(
    commit => commit.group === group && commit.topicId === topicId && commit.partition === partition,
  )
  const acked = tried.filter(({ outcome, endedMs }) => outcome === 'acked' && endedMs <= askedMs)
  const lastBeganMs = Math.max(-Infinity, ...acked.map(({ beganMs }) => beganMs))
  const possible = tried.filter(({ outcome, endedMs }) => outcome !== 'refused' && endedMs >= lastBeganMs)
  const isPossible = offset === -1 ? acked.length === 0 : possible.some(commit => commit.offset === offset)
  if (isPossible) return []
  const place = `${group} at ${placeOf(topicId, partition)}`
  const expected = possible.map(commit => `${commit.offset} (${commit.outcome})`).join(', ') || 'nothing'
  return [`commit: ${place} has ${offset}; possible ${offset === -1 ? 'is' : 'are'} ${expected}`]
}
