/** The brokers of one process: each has coordinators, sessions and quotas of its own, over partitions that all of them share. */
import { featureLevelAs, featuresAs, handlersOf } from '../broker/as-release'
import { handlers } from '../broker/apis/index'
import type { Broker } from '../broker/broker'
import { FetchSessions } from '../broker/fetch/sessions'
import { ReadingTurns } from '../broker/fetch/turns'
import { UnsentBytes } from '../broker/fetch/unsent'
import { rangesOf, routesOf, type Routes } from '../broker/pipeline'
import { ClientQuotas } from '../broker/quotas/client-quotas'
import { ClientTelemetry } from '../broker/telemetry/client-telemetry'
import type { Call } from '../call/call'
import type { Handler } from '../call/handler'
import type { Stage } from '../call/stage'
import { openGroups } from '../coordinator/group/open'
import { openTransactions } from '../coordinator/transaction/open'
import type { EndOfTransaction } from '../machine/record-log'
import { featureLevel, featuresOf } from '../metadata/features'
import { groupMetadataTopic, partitionOfKey, transactionStateTopic } from '../metadata/topics/internal-topics'
import type { Metadata } from '../metadata/metadata'
import { BrokerPartitions } from '../partition/broker-partitions'
import type { PartitionDirectory } from '../partition/directory'
import type { Timers } from '../platform/clock'
import type { Address } from '../platform/network'
import { AtMost, Pieces } from '../platform/pieces'
import type { Platform } from '../platform/platform'
import { Refusal } from '../protocol/errors'
import { codecsOf } from '../protocol/records/compression'
import type { Means } from '../protocol/records/long-batches'
import { type ReleaseFacts, releaseFacts } from '../protocol/releases'
import { gatewayOf, toldBy, toldTo } from './advertised'
import type { NodeConfig } from './config/config'
import { AccessControl } from '../security/access-control'
import { AccessLog } from '../security/access-log'
import type { DelegationTokens } from '../security/tokens'
import { authorizerOf, quotaWindowsOf } from './limits'
import { ProducerIds } from './producer-ids'
import type { OpenedStore } from './store'

export interface ServedBroker {
  readonly broker: Broker
  readonly routes: Routes
}

export interface BrokersOptions {
  readonly config: NodeConfig
  readonly opened: OpenedStore
  readonly metadata: Metadata
  readonly directory: PartitionDirectory
  readonly brokerIds: readonly number[]
  readonly tokens: DelegationTokens | null
  readonly stages: readonly Stage[]
  /** For the waits that clients ask for themselves. */
  readonly pollTimers: Timers
}

interface Shared extends BrokersOptions {
  /** Null is the newest. */
  readonly release: ReleaseFacts | null
  readonly handlers: readonly Handler<Broker>[]
  readonly producerIds: ProducerIds
  /** As `gatewayOf` says. */
  readonly gateway: string | null
  readonly longWork: Means
  /** Null for one that is not of this process. */
  byId(id: number): Broker | null
}

/** What is done of long work before others get their turn: so much takes a few milliseconds. */
const longWorkInTurnBytes = 96 * 1024
/** Of batches that become long when they are opened, so many are open at a time: each may have 128 MiB. */
const openedAtOnceMax = 2

/** Not advertised where nobody takes the metrics of clients, or every client would push them. */
const ofTelemetry = ['GetTelemetrySubscriptions', 'PushTelemetry']

/** Call it after the directory has begun to follow the metadata. */
export function openBrokers(platform: Platform, options: BrokersOptions): readonly ServedBroker[] {
  const { config, metadata, brokerIds, stages } = options
  const release = config.asVersion === null ? null : releaseFacts(config.asVersion)
  const asksClients = metadata.configs.broker().odradekClientTelemetry
  const served = asksClients ? handlers : handlers.filter(({ api }) => !ofTelemetry.includes(api.name))
  const brokers = new Map<number, Broker>()
  const shared: Shared = {
    ...options,
    release,
    handlers: release ? handlersOf(release, served) : served,
    producerIds: new ProducerIds(count => metadata.allocateProducerIds(count)),
    gateway: gatewayOf(platform.files, config.listeners),
    longWork: {
      pieces: new Pieces(platform.timers, longWorkInTurnBytes),
      codecs: codecsOf(platform),
      opened: new AtMost(openedAtOnceMax),
    },
    byId: id => brokers.get(id) ?? null,
  }
  return brokerIds.map(id => {
    const broker = openBroker(platform, shared, id)
    brokers.set(id, broker)
    return { broker, routes: routesOf(shared.handlers, broker, stages) }
  })
}

function openBroker(platform: Platform, shared: Shared, brokerId: number): Broker {
  const { opened, metadata, directory, producerIds, pollTimers, release } = shared
  const { clock, random, logger } = platform
  const partitions = new BrokerPartitions(directory, brokerId)
  const configs = metadata.configsOf(brokerId)
  const transactions = openTransactions(platform, {
    brokerId,
    metadata,
    partitions,
    transactionVersion: () => levelOf(shared, 'transaction.version'),
    nextProducerId: () => producerIds.next(),
    writeMarker: (topic, index, marker) => writeMarker(platform, shared, topic, index, marker),
  })
  const ranges = rangesOf(shared.handlers)
  return {
    id: brokerId,
    clock,
    timers: pollTimers,
    logger,
    metadata,
    configs,
    access: new AccessControl(
      () => metadata.image.table('acl'),
      authorizerOf(configs.broker()),
      new AccessLog({ logger, clock, deniedPerMinute: () => configs.broker().odradekAccessLogDeniedPerMinute }),
    ),
    tokens: shared.tokens,
    image: () => metadata.image,
    partitions,
    groups: openGroups(platform, { brokerId, metadata, partitions }),
    transactions,
    transactionsOf: id => coordinatorOf(shared, transactionStateTopic, id)?.transactions ?? transactions,
    ensureInternalTopic: async name => void (await metadata.ensureInternalTopic(name)),
    fetchSessions: new FetchSessions(clock, random, () => configs.broker().maxIncrementalFetchSessionCacheSlots),
    readingTurns: new ReadingTurns(platform.timers),
    firstFetchOfZstd: release !== null && Number.parseInt(release.release, 10) < 4 ? 10 : 4,
    longWork: shared.longWork,
    unsent: new UnsentBytes(() => configs.broker().odradekFetchUnsentBytesMax),
    quotas: new ClientQuotas({
      clock,
      table: () => metadata.image.table('quota'),
      windows: () => quotaWindowsOf(configs.broker()),
    }),
    telemetry: new ClientTelemetry({
      ...platform,
      image: () => metadata.image,
      configs: name => configs.clientMetrics(name),
      maxBytes: () => configs.broker().telemetryMaxBytes,
    }),
    fetchLimits: () => {
      const { fetchMaxBytes, odradekFetchMaxWaitMsCap: cap } = configs.broker()
      return { maxBytes: fetchMaxBytes, maxWaitMs: cap < 0 ? Number.MAX_SAFE_INTEGER : cap }
    },
    nextProducerId: () => producerIds.next(),
    apiVersions: () => ranges,
    features: () => (release ? featuresAs(release, featuresOf(metadata.image)) : featuresOf(metadata.image)),
    advertised: (call, id) => advertised(shared, call, { id, self: brokerId }),
    space: () => opened.store.space(),
  }
}

/** The level of a feature, as clients are told of it. */
function levelOf({ metadata, release }: Shared, feature: string): number {
  const level = featureLevel(metadata.image, feature)
  return release ? featureLevelAs(release, feature, level) : level
}

/** The broker that leads the partition in which a key of a coordinator's topic is kept; null while none does. */
function coordinatorOf({ metadata, byId }: Shared, topic: string, key: string): Broker | null {
  const partition = partitionOfKey(metadata.image.topic(topic), key)
  return partition && byId(partition.leader)
}

function writeMarker(
  { clock }: Platform,
  { metadata, directory, byId }: Shared,
  topic: string,
  index: number,
  marker: EndOfTransaction,
): void | Promise<void> {
  const led = directory.led(topic, index)
  if (topic !== groupMetadataTopic) return led.durable(led.appendMarker(marker, clock.now()))
  // What a group committed is settled by the machine that remembers it.
  const groups = byId(metadata.image.topic(topic)?.partitions[index]?.leader ?? -1)?.groups
  if (!groups) throw new Refusal('NOT_LEADER_OR_FOLLOWER')
  return groups.endTransaction(index, marker)
}

/** The address at which this very client reached us is the one that is sure to work for it; others differ by their ports. */
function advertised(
  { config, metadata, brokerIds, gateway }: Shared,
  { connection, listener }: Call,
  { id, self }: { readonly id: number; readonly self: number },
): Address {
  const { host, port: first } = toldTo(toldBy(config, listener), connection, gateway)
  // One port cannot be that of several brokers: each has the one after that of the broker before it.
  if (first !== null) return { host, port: first + Math.max(0, brokerIds.indexOf(id)) }
  const endpoints = id === self ? [] : (metadata.image.broker(id)?.endpoints ?? [])
  return { host, port: endpoints.find(({ name }) => name === listener)?.port ?? connection.localPort }
}
