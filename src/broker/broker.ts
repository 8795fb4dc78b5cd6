/** Every service a handler may use. Built once, in the node room. */
import type { Call } from '../call/call'
import { handlerKind } from '../call/handler'
import type { Groups } from '../coordinator/group/groups'
import type { Transactions } from '../coordinator/transaction/transactions'
import type { Configs } from '../metadata/config/configs'
import type { Features } from '../metadata/features'
import type { MetadataImage } from '../metadata/image/image'
import type { Metadata } from '../metadata/metadata'
import type { BrokerPartitions } from '../partition/broker-partitions'
import type { Clock, Timers } from '../platform/clock'
import type { Logger } from '../platform/logger'
import type { Means } from '../protocol/records/long-batches'
import type { Space } from '../storage/log'
import type { AccessControl } from '../security/access-control'
import type { DelegationTokens } from '../security/tokens'
import type { FetchSessions } from './fetch/sessions'
import type { ReadingTurns } from './fetch/turns'
import type { UnsentBytes } from './fetch/unsent'
import type { ClientQuotas } from './quotas/client-quotas'
import type { ClientTelemetry } from './telemetry/client-telemetry'

export interface ApiRange {
  readonly apiKey: number
  readonly minVersion: number
  readonly maxVersion: number
}

export interface Broker {
  readonly id: number
  readonly clock: Clock
  readonly timers: Timers
  readonly logger: Logger
  /** The current picture; read it anew for every request. */
  image(): MetadataImage
  /** Decides on topics and configs; done when everybody has acted on the decision. */
  readonly metadata: Metadata
  readonly configs: Configs
  /** Who may do what. */
  readonly access: AccessControl
  /** Delegation tokens; null where there is no key to make them with. */
  readonly tokens: DelegationTokens | null
  readonly partitions: BrokerPartitions
  /** The group coordinator. */
  readonly groups: Groups
  /** The transaction coordinator. */
  readonly transactions: Transactions
  /** That of a transactional id, which may be another broker's. */
  transactionsOf(transactionalId: string): Transactions
  /** Creates an internal topic (`__consumer_offsets` and its like) as Kafka would; done when it is there already. */
  ensureInternalTopic(name: string): Promise<void>
  readonly fetchSessions: FetchSessions
  /** What fetches have read and not sent, over all connections. */
  readonly unsent: UnsentBytes
  readonly readingTurns: ReadingTurns
  /** The first version of Fetch that is given records of a topic whose `compression.type` is zstd (KIP-110). */
  readonly firstFetchOfZstd: number
  /** How records are converted, compressed and opened that are many. */
  readonly longWork: Means
  readonly quotas: ClientQuotas
  /** Metrics of clients, which are asked for with `odradek.client.telemetry`. */
  readonly telemetry: ClientTelemetry
  /** `fetch.max.bytes`, and the longest that a fetch may wait (`odradek.fetch.max.wait.ms.cap`). */
  fetchLimits(): { readonly maxBytes: number; readonly maxWaitMs: number }
  /** An id that no producer has had (KIP-98). */
  nextProducerId(): Promise<number>
  /** What ApiVersions tells: derived from the list of handlers. */
  apiVersions(): readonly ApiRange[]
  features(): Features
  /** The address under which the asking client can reach broker `id`. */
  advertised(call: Call, id: number): { readonly host: string; readonly port: number }
  /** The data directory and the file system that holds it. */
  space(): Space
}

export const defineHandler = handlerKind<Broker>()
