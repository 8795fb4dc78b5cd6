/**
 * Who leads a partition and which replicas are in sync, when brokers come and go and replicas move. A replica whose broker
 * is there has all records at once, since the brokers of one process share a log: nobody has to catch up.
 */
import type { StoredPartition } from '../image/stored'

/** What a partition is to become; what is left out stays. */
export interface Wish {
  readonly replicas?: readonly number[]
  readonly adding?: readonly number[]
  readonly removing?: readonly number[]
  /** Leads if it may. */
  readonly leader?: number
  /** Whether one that may lack records leads when nobody else can. */
  readonly unclean?: boolean
}

export interface Circumstances {
  readonly isAlive: (brokerId: number) => boolean
  /** `min.insync.replicas` of the topic. */
  readonly minIsr: number
}

/** The partition as it is after that; null when nothing changes. */
export function leadershipAfter(
  before: StoredPartition,
  wish: Wish,
  { isAlive, minIsr }: Circumstances,
): StoredPartition | null {
  const wished = { adding: before.adding ?? [], removing: before.removing ?? [], replicas: before.replicas, ...wish }
  const inSync = before.isr.filter(id => isAlive(id) && wished.replicas.includes(id))
  const eligible = before.eligible ?? []
  const able = wished.replicas.filter(
    id => isAlive(id) && (inSync.length > 0 ? inSync.includes(id) : eligible.includes(id)),
  )
  if (able.length === 0 && wish.unclean === true) able.push(...wished.replicas.filter(isAlive).slice(0, 1))
  const joined = able.length === 0 ? [] : wished.replicas.filter(id => isAlive(id) && !inSync.includes(id))
  const isr = joined.length === 0 ? inSync : sorted([...inSync, ...joined])
  const moved = movedAsFar(wished, isr)
  const candidates = able.filter(id => moved.replicas.includes(id))
  // Whoever led may be on its way out, and those who take its place may just have come.
  const leader = chosen(candidates.length > 0 ? candidates : moved.replicas.filter(id => moved.isr.includes(id)), [
    wish.leader,
    before.leader,
  ])
  return numbered(before, { ...moved, leader, eligible: eligibleAfter(before, moved, minIsr) })
}

type Moved = Required<Pick<StoredPartition, 'replicas' | 'isr' | 'adding' | 'removing'>>

/** A reassignment is done when all that it adds are in sync, and somebody is that stays. */
function movedAsFar({ replicas, adding, removing }: Omit<Moved, 'isr'>, isr: readonly number[]): Moved {
  const staying = isr.filter(id => !removing.includes(id))
  const isUnderWay = adding.length + removing.length > 0
  if (!isUnderWay || staying.length === 0 || !adding.every(id => isr.includes(id))) {
    return { replicas, adding, removing, isr }
  }
  return { replicas: replicas.filter(id => !removing.includes(id)), adding: [], removing: [], isr: sorted(staying) }
}

const chosen = (candidates: readonly number[], preferred: readonly (number | undefined)[]): number =>
  preferred.find(id => id !== undefined && candidates.includes(id)) ?? candidates[0] ?? -1

/** As long as fewer are in sync than there should be, those that were so last may lead. */
function eligibleAfter(before: StoredPartition, { replicas, isr }: Moved, minIsr: number): readonly number[] {
  if (isr.length >= Math.min(minIsr, replicas.length)) return []
  const were = new Set([...(before.eligible ?? []), ...before.isr])
  return replicas.filter(id => were.has(id) && !isr.includes(id))
}

type Next = Moved & Required<Pick<StoredPartition, 'leader' | 'eligible'>>

/** A new leader begins a new epoch, and so does the end of a replica. */
function numbered(before: StoredPartition, next: Next): StoredPartition | null {
  const { leader, replicas, isr, eligible, adding, removing } = next
  const isNewEpoch = leader !== before.leader || !before.replicas.every(id => replicas.includes(id))
  const lastLeader = leader >= 0 ? undefined : before.leader >= 0 ? before.leader : before.lastLeader
  const after: StoredPartition = {
    replicas,
    isr,
    leader,
    leaderEpoch: before.leaderEpoch + (isNewEpoch ? 1 : 0),
    partitionEpoch: before.partitionEpoch,
    ...(eligible.length > 0 && { eligible }),
    ...(lastLeader !== undefined && { lastLeader }),
    ...(adding.length > 0 && { adding }),
    ...(removing.length > 0 && { removing }),
  }
  const isSame = !isNewEpoch && lists(before) === lists(after)
  return isSame ? null : { ...after, partitionEpoch: before.partitionEpoch + 1 }
}

const lists = ({ replicas, isr, eligible = [], adding = [], removing = [] }: StoredPartition): string =>
  JSON.stringify([replicas, isr, eligible, adding, removing])

const sorted = (ids: readonly number[]): number[] => [...ids].sort((a, b) => a - b)
