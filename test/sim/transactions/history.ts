/** What transactional producers did and were told, what is to be seen of it in the end, and whether the two agree. */

/**
 * `committed`, `aborted`: the broker said so. `open`: nobody asked for a commit, so it must come to nothing. `unknown`: a
 * commit was asked for and never answered, so it happened or not, but wholly.
 */
export type TransactionOutcome = 'committed' | 'aborted' | 'open' | 'unknown'

export interface TransactionHistory {
  /** Ascending in the order in which their producer began them. */
  readonly id: number
  readonly transactionalId: string
  outcome: TransactionOutcome
  /** Records that were acknowledged, by partition as `topic-0`; `count` of them. */
  readonly written: Map<string, number>
  /** Records that were sent and not acknowledged: they may be there or not. */
  readonly doubtful: Map<string, number>
  /** The offset for the group that was acknowledged, null when there was none; it is the id of the transaction. */
  offset: number | null
  /** The same, not acknowledged. */
  doubtfulOffset: boolean
}

/** What a reader of committed records sees. */
export interface Visible {
  readonly partition: string
  /** `<transaction>.<nth in this partition>`, in the order of offsets. */
  readonly values: readonly string[]
  readonly offsets: readonly number[]
  readonly lastStableOffset: number
  readonly highWatermark: number
}

export interface SeenInTheEnd {
  readonly partitions: readonly Visible[]
  /** By transactional id: what its group has committed, -1 for nothing. */
  readonly committed: ReadonlyMap<string, number>
}

export function judgeTransactions(history: readonly TransactionHistory[], seen: SeenInTheEnd): string[] {
  const byId = new Map(history.map(each => [each.id, each]))
  const anomalies: string[] = []
  const found = new Map<number, Map<string, number>>()
  for (const visible of seen.partitions) anomalies.push(...judgePartition(byId, visible, found))
  for (const transaction of history) anomalies.push(...judgeWhole(transaction, found.get(transaction.id) ?? new Map()))
  for (const [transactionalId, offset] of seen.committed) {
    const own = history.filter(each => each.transactionalId === transactionalId)
    anomalies.push(...judgeOffset(own, offset, found))
  }
  return anomalies
}

/** Counts what is there of each transaction, and judges the order. */
function judgePartition(
  byId: ReadonlyMap<number, TransactionHistory>,
  { partition, values, offsets, lastStableOffset, highWatermark }: Visible,
  found: Map<number, Map<string, number>>,
): string[] {
  const anomalies: string[] = []
  if (lastStableOffset !== highWatermark) {
    anomalies.push(`stuck: ${partition} is stable up to ${lastStableOffset}, and ends at ${highWatermark}`)
  }
  for (const [at, offset] of offsets.entries()) {
    if (at > 0 && offset <= offsets[at - 1]!)
      anomalies.push(`offsets: ${partition} has ${offset} after ${offsets[at - 1]}`)
  }
  const seen = new Set<string>()
  const lastOf = new Map<string, readonly [number, number]>()
  for (const value of values) {
    const [id, nth] = value.split('.').map(Number) as [number, number]
    const transaction = byId.get(id)
    if (!transaction) {
      anomalies.push(`phantom: ${value} in ${partition}`)
      continue
    }
    if (seen.has(value)) anomalies.push(`duplicate: ${value} in ${partition}`)
    seen.add(value)
    const last = lastOf.get(transaction.transactionalId) ?? [-1, -1]
    if (id < last[0] || (id === last[0] && nth < last[1])) anomalies.push(`disorder: ${value} in ${partition}`)
    lastOf.set(transaction.transactionalId, [id, nth])
    const counts = found.get(id) ?? new Map<string, number>()
    counts.set(partition, (counts.get(partition) ?? 0) + 1)
    found.set(id, counts)
  }
  return anomalies
}

function judgeWhole(transaction: TransactionHistory, there: ReadonlyMap<string, number>): string[] {
  const { id, outcome, written } = transaction
  const any = [...there.values()].some(count => count > 0)
  if (outcome === 'aborted' || outcome === 'open')
    return any ? [`aborted read: of transaction ${id}, which is ${outcome}`] : []
  const missing = [...written].filter(([partition, count]) => (there.get(partition) ?? 0) < count)
  if (missing.length === 0) return []
  if (outcome === 'committed')
    return [`lost: transaction ${id} lacks records in ${missing.map(([name]) => name).join(', ')}`]
  return any ? [`torn: transaction ${id} is there in part`] : []
}

/** The offset is of the last transaction that counts, and counts when its records do. */
function judgeOffset(
  own: readonly TransactionHistory[],
  offset: number,
  found: ReadonlyMap<number, ReadonlyMap<string, number>>,
): string[] {
  const isThere = ({ id, outcome, written }: TransactionHistory): boolean | null => {
    if (outcome !== 'unknown') return outcome === 'committed'
    if (written.size === 0) return null
    return found.has(id)
  }
  const withOffset = own.filter(each => each.offset !== null || each.doubtfulOffset)
  const sure = withOffset.filter(each => each.offset !== null && isThere(each) === true).at(-1)?.id ?? -1
  const possible = withOffset.filter(each => each.id >= sure && isThere(each) !== false).map(({ id }) => id)
  if (sure === -1) possible.push(-1)
  return possible.includes(offset)
    ? []
    : [`offset: ${own[0]?.transactionalId ?? '?'} has ${offset}; possible are ${possible.join(', ') || 'none'}`]
}
