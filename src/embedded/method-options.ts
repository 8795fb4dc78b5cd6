/** What the methods of `Broker` take as options: one table, and each refuses what is not in it. */
import { flag, isObject, isText, kind, type Kind, milliseconds, oneOf, shape, some, text, wholeNumber } from './kinds'
import type { ResetOptions } from './options'
import type { GroupWait, ReadOptions, RecordsOptions, Wait } from './waits'

/** What a broker remembered at some moment. It lives where the broker runs, until it is dropped or the broker stops. */
export interface Snapshot {
  readonly id: number
}

export interface StopOptions {
  readonly drainMs?: number
}

export interface ForkOptions {
  readonly from?: Snapshot | 'empty'
}

export interface RequestsFilter {
  /** By Kafka's name, as `Produce`. */
  readonly api?: string
  readonly clientId?: string
}

const isSnapshot = (value: unknown): boolean => isObject(value) && Number.isInteger(value['id'])
export const snapshotKind = kind('a snapshot', isSnapshot)

const offset = kind("an offset, 'start', 'end' or { timestampMs }", value => {
  if (isObject(value)) return Number.isFinite(value['timestampMs']) && Object.keys(value).length === 1
  return isText(value) ? ['start', 'end'].includes(value) : Number.isInteger(value) && Number(value) >= 0
})

const reading = { from: offset, partition: wholeNumber, as: oneOf('auto', 'json', 'string', 'buffer') }
const readWait = shape<ReadOptions & Wait>({ ...reading, timeoutMs: milliseconds })

const taken = {
  stop: shape<StopOptions>({ drainMs: milliseconds }),
  fork: shape<ForkOptions>({
    from: kind("a snapshot or 'empty'", value => value === 'empty' || isSnapshot(value)),
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
