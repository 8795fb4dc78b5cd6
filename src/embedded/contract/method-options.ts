/** What the methods of `Broker` take as options: one table, and each refuses what is not in it. */
import type { SnapshotKey } from './commands'
import { flag, isObject, isText, kind, type Kind, milliseconds, oneOf, shape, some, text, wholeNumber } from './kinds'
import type { ResetOptions } from './options'
import type { GroupWait, ReadOptions, RecordsOptions, Wait } from './waits'

/** What a broker remembered at some moment. It lives where the broker runs, until it is dropped or the broker stops. */
export interface Snapshot {
  readonly id: number
  /** Where it was given one. */
  readonly name?: string
}

/** A snapshot, or the name that it was given here, or where this broker was forked. */
export type SnapshotRef = Snapshot | string

export interface StopOptions {
  readonly drainMs?: number
}

export interface ForkOptions {
  readonly from?: SnapshotRef | 'empty'
}

export interface RequestsFilter {
  /** By Kafka's name, as `Produce`. */
  readonly api?: string
  readonly clientId?: string
}

const isSnapshot = (value: unknown): boolean => isText(value) || (isObject(value) && Number.isInteger(value['id']))
const snapshotKind = kind('a snapshot, or the name of one', isSnapshot)

/** By what the broker knows it. Throws TypeError for what is none. */
export function keyOf(snapshot: SnapshotRef, what: string): SnapshotKey {
  snapshotKind(snapshot, what)
  return isText(snapshot) ? snapshot : snapshot.id
}

const offset = kind("an offset, 'start', 'end' or { timestampMs }", value => {
  if (isObject(value)) return Number.isFinite(value['timestampMs']) && Object.keys(value).length === 1
  return isText(value) ? ['start', 'end'].includes(value) : Number.isInteger(value) && Number(value) >= 0
})

const reading = { from: offset, partition: wholeNumber, as: oneOf('auto', 'json', 'string', 'buffer') }
const readWait = shape<ReadOptions & Wait>({ ...reading, timeoutMs: milliseconds })

const taken = {
  stop: shape<StopOptions>({ drainMs: milliseconds }),
  fork: shape<ForkOptions>({
    from: kind("a snapshot, the name of one, or 'empty'", isSnapshot),
  }),
  reset: shape<ResetOptions>({ keepTopics: flag, keepGroups: flag }),
  records: shape<RecordsOptions>({ ...reading, to: offset }),
  waitForRecord: readWait,
  waitForRecords: readWait,
  waitForGroup: shape<GroupWait>({
    state: oneOf('Stable', 'Empty', 'PreparingRebalance', 'CompletingRebalance', 'Dead'),
    members: wholeNumber,
    assigned: some(text),
    caughtUp: flag,
    timeoutMs: milliseconds,
  }),
  requests: shape<RequestsFilter>({ api: text, clientId: text }),
} satisfies { readonly [method: string]: Kind }

/** Throws TypeError for an option that the method does not have, and for what an option cannot be. */
export const checkTaken = (method: keyof typeof taken, options: unknown): void => taken[method](options, method)
