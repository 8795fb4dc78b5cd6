/**
 * Holds clients to their quotas: of bytes produced and fetched (KIP-13), of time taken (KIP-124), of topics changed (KIP-599).
 * Who goes beyond is answered, told how long to wait, and not listened to meanwhile (KIP-219).
 */
import type { Call } from '../../call/call'
import { EntryFailure } from '../../metadata/decision'
import type { StoredQuota, Table } from '../../metadata/image/tables'
import type { Clock } from '../../platform/clock'
import { type Limit, type Limits, limitsOf, type QuotaKey } from './quota-limits'
import { SampledRate, type Windows } from './sampled-rate'
import { TokenBucket } from './token-bucket'

export interface QuotaWindows {
  readonly client: Windows
  readonly controller: Windows
}

export interface QuotaOptions {
  readonly clock: Clock
  readonly table: () => Table<StoredQuota>
  readonly windows: () => QuotaWindows
}

/** Clients name themselves as they like, so no more of them are remembered; those seen last stay. */
const remembered = 10_000

type By = Pick<Call, 'principal' | 'clientId' | 'throttle'>

export class ClientQuotas {
  readonly #clock: Clock
  readonly #table: () => Table<StoredQuota>
  readonly #windows: () => QuotaWindows
  readonly #rates = new Recent<SampledRate>()
  readonly #buckets = new Recent<TokenBucket>()
  #limits = new Recent<Limits>()
  #limitsFrom: Table<StoredQuota> | null = null

  constructor({ clock, table, windows }: QuotaOptions) {
    this.#clock = clock
    this.#table = table
    this.#windows = windows
  }

  /** Whether nobody has any quota, so that nothing needs to be measured. */
  get isIdle(): boolean {
    return this.#table().size === 0
  }

  /** A request took so long. Nobody waits longer than one window for that. */
  took(by: By, ms: number): void {
    const limit = this.#limit(by, 'request_percentage')
    if (!limit) return
    const throttleMs = this.#record(limit, ms / 10)
    by.throttle(Math.min(throttleMs, this.#windows().client.windowMs))
  }

  /** Time besides that of a handler: it counts for whoever comes next, as in Kafka, since the reply is written already. */
  spent(by: By, ms: number): void {
    const limit = this.#limit(by, 'request_percentage')
    if (limit) this.#record(limit, ms / 10)
  }

  produced(by: By, bytes: number): void {
    const limit = this.#limit(by, 'producer_byte_rate')
    if (limit) by.throttle(this.#record(limit, bytes))
  }

  /** What a fetch may bring at most: all that the quota has for its windows. */
  fetchBytesMax(by: By): number {
    const limit = this.#limit(by, 'consumer_byte_rate')
    if (!limit) return Number.MAX_SAFE_INTEGER
    const { count, windowMs } = this.#windows().client
    return Math.floor((limit.perSecond * windowMs * Math.max(1, count - 1)) / 1000)
  }

  /** Whether a fetch may have these bytes. Otherwise it gets none now, and they do not count. */
  mayFetch(by: By, bytes: number): boolean {
    const limit = this.#limit(by, 'consumer_byte_rate')
    if (!limit) return true
    const throttleMs = this.#record(limit, bytes)
    if (throttleMs === 0) return true
    this.#rateOf(limit).unrecord(bytes)
    by.throttle(throttleMs)
    return false
  }

  /**
   * What is to be called with the number of partitions of each topic that is created, deleted or grows. With `isStrict` it
   * throws EntryFailure THROTTLING_QUOTA_EXCEEDED when the quota is used up, and who is refused has to wait; otherwise
   * nothing is refused, and whoever goes beyond waits afterwards.
   */
  mutations(by: By, isStrict: boolean): (partitions: number) => void {
    const limit = this.#limit(by, 'controller_mutation_rate')
    if (!limit) return () => {}
    const { perSecond } = limit
    const bucket = this.#buckets.of(idOf(limit), () => new TokenBucket())
    const windows = this.#windows().controller
    return partitions => {
      const nowMs = this.#clock.monotonic()
      const isRefused = isStrict && !bucket.hasTokens(perSecond, nowMs, windows)
      if (!isRefused) bucket.take(partitions, perSecond, nowMs, windows)
      if (isRefused || !isStrict) by.throttle(bucket.throttleMs(perSecond, nowMs, windows))
      if (isRefused) throw new EntryFailure('THROTTLING_QUOTA_EXCEEDED')
    }
  }

  #record(limit: Limit, value: number): number {
    const nowMs = this.#clock.monotonic()
    const windows = this.#windows().client
    const rate = this.#rateOf(limit)
    rate.record(value, nowMs, windows)
    return rate.throttleMs(limit.perSecond, nowMs, windows)
  }

  #rateOf(limit: Limit): SampledRate {
    return this.#rates.of(idOf(limit), () => new SampledRate())
  }

  #limit({ principal, clientId }: By, key: QuotaKey): Limit | undefined {
    const table = this.#table()
    if (table.size === 0) return undefined
    if (this.#limitsFrom !== table) {
      this.#limitsFrom = table
      this.#limits = new Recent()
    }
    const user = principal.slice(principal.indexOf(':') + 1)
    const id = JSON.stringify([user, clientId])
    return this.#limits.of(id, () => limitsOf(table, user, clientId ?? ''))[key]
  }
}

const idOf = ({ key, sharedBy }: Limit) => `${key}/${sharedBy}`

class Recent<T> {
  /** Least recently used first. */
  readonly #byId = new Map<string, T>()

  of(id: string, make: () => T): T {
    const value = this.#byId.get(id) ?? make()
    this.#byId.delete(id)
    this.#byId.set(id, value)
    if (this.#byId.size > remembered) this.#byId.delete(this.#byId.keys().next().value!)
    return value
  }
}
