/**
 * What a node is made of without its door: metadata, partitions, coordinators, and what handlers are given of them. The one
 * place where these are chosen and wired.
 */
import { featuresAs, handlersOf } from '../broker/as-release'
import type { Broker } from '../broker/broker'
import { handlers } from '../broker/apis/index'
import { FetchSessions } from '../broker/fetch/sessions'
import { UnsentBytes } from '../broker/fetch/unsent'
import { rangesOf, routesOf, type Routes } from '../broker/pipeline'
import { ClientQuotas } from '../broker/quotas/client-quotas'
import { connectionRateOf } from '../broker/quotas/quota-limits'
import type { Handler } from '../call/handler'
import type { Stage } from '../call/stage'
import type { Groups } from '../coordinator/group/groups'
import { openGroups } from '../coordinator/group/open'
import { openTransactions } from '../coordinator/transaction/open'
import type { Transactions } from '../coordinator/transaction/transactions'
import type { ServerOptions } from '../edge/kafka/server'
import { featuresOf } from '../metadata/features'
import { groupMetadataTopic } from '../metadata/internal-topics'
import { Metadata } from '../metadata/metadata'
import type { MetadataStore } from '../metadata/store'
import { PartitionDirectory } from '../partition/directory'
import { startCleaning } from '../partition/cleaning'
import { startUpkeep } from '../partition/upkeep'
import type { Timers } from '../platform/clock'
import type { Platform } from '../platform/platform'
import { type ReleaseFacts, releaseFacts } from '../protocol/releases'
import { adoptTopics, raiseEpochs } from './adopt'
import type { NodeConfig } from './config'
import { cleanerOf, compactionOf, overriddenCount, quotaWindowsOf, retentionOf } from './limits'
import { ProducerIds } from './producer-ids'
import type { OpenedStore } from './store'

export interface Core {
  readonly broker: Broker
  readonly routes: Routes
  readonly metadata: Metadata
  readonly partitions: PartitionDirectory
  /** Lets everybody go who waits for a coordinator. Call it before the last connections are closed. */
  dismiss(): void
  /** Flushes and closes everything, the stores too. Nothing may be asked any more. */
  stop(): Promise<void>
}

export interface CoreOptions {
  readonly config: NodeConfig
  readonly opened: OpenedStore
  readonly metadataStore: MetadataStore
  /** Wrapped around all that the pipeline has by itself, the first outermost. */
  readonly stages?: readonly Stage[]
  /** For the waits that clients ask for themselves, as that of a fetch, where these pass by another clock. */
  readonly pollTimers?: Timers
}

/** Closes the stores that it was given when it rejects: with Refusal, StorageFault or what else they throw. */
export async function openCore(platform: Platform, options: CoreOptions): Promise<Core> {
  const undo: (() => Promise<void>)[] = [() => options.metadataStore.close(), () => options.opened.store.close()]
  const stop = async (): Promise<void> => {
    for (let step = undo.pop(); step; step = undo.pop()) await step()
  }
  try {
    return await open(platform, options, undo, stop)
  } catch (error) {
    await stop().catch((failed: unknown) => platform.logger.error('stop-failed', { error: String(failed) }))
    throw error
  }
}

async function open(
  platform: Platform,
  { config, opened, metadataStore, stages = [], pollTimers = platform.timers }: CoreOptions,
  undo: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<Core> {
  const metadata = await openMetadata(platform, config, opened, metadataStore)
  undo.push(() => metadata.close())
  const directory = directoryOf(platform, opened, metadata)
  undo.push(async () => {
    await Promise.all([...directory.all()].map(partition => partition.prepareStop()))
  })
  await adoptTopics(opened.store, opened.directory, metadata, platform)
  metadata.onChange((_image, _previous, change) => directory.apply(change))
  await directory.apply({ created: [...metadata.image.topics()], deleted: [], altered: [] })
  await raiseEpochs(directory, metadata)
  const groups = openGroups(platform, metadata, directory)
  const producerIds = new ProducerIds(count => metadata.allocateProducerIds(count))
  const transactions = openTransactions(platform, {
    metadata,
    partitions: directory,
    nextProducerId: () => producerIds.next(),
    endInMachine: (topic, index, marker) =>
      topic === groupMetadataTopic ? groups.endTransaction(index, marker) : null,
  })
  const { configs } = metadata
  undo.push(startUpkeep(upkeepOf(platform, metadata, directory)))
  undo.push(
    startCleaning({
      ...platform,
      directory,
      settings: () => cleanerOf(configs.broker()),
      compaction: topic => compactionOf(configs.topic(topic)),
    }),
  )
  const dismiss = (): void => {
    groups.stop()
    transactions.stop()
  }
  undo.push(async () => dismiss())
  const broker = brokerOf({ ...platform, timers: pollTimers }, config, {
    opened,
    metadata,
    directory,
    groups,
    transactions,
    producerIds,
  })
  return {
    broker,
    routes: routesOf(handlersAs(config), broker, stages),
    metadata,
    partitions: directory,
    dismiss,
    stop,
  }
}

async function openMetadata(
  { random, clock, logger }: Platform,
  config: NodeConfig,
  { nodeId, clusterId, endedCleanly }: OpenedStore,
  store: MetadataStore,
): Promise<Metadata> {
  const { host, port } = config.advertised ?? config.listen
  return Metadata.open({
    store,
    brokerId: nodeId,
    broker: { rack: null, endpoints: [{ name: 'PLAINTEXT', host, port }] },
    statics: config.statics,
    clusterId: config.clusterId ?? clusterId,
    endedCleanly,
    clock,
    random,
    logger,
  })
}

function directoryOf({ logger }: Platform, { store, nodeId }: OpenedStore, { configs }: Metadata): PartitionDirectory {
  return new PartitionDirectory({
    brokerId: nodeId,
    store,
    logger,
    logConfig: topic => configs.topic(topic),
    partitionConfig: topic => configs.topic(topic),
    checksRecords: () => configs.broker().odradekProduceCheck === 'records',
    verifiesTransactions: () => configs.broker().transactionPartitionVerificationEnable,
  })
}

function upkeepOf(platform: Platform, metadata: Metadata, directory: PartitionDirectory) {
  const { configs } = metadata
  return {
    ...platform,
    directory,
    checkIntervalMs: () => configs.broker().logRetentionCheckIntervalMs,
    initialDelayMs: configs.broker().logInitialTaskDelayMs,
    retention: (topic: string) => retentionOf(configs.topic(topic)),
    producerExpiryMs: () => configs.broker().producerIdExpirationMs,
  }
}

const releaseOf = ({ asVersion }: NodeConfig): ReleaseFacts | null =>
  asVersion === null ? null : releaseFacts(asVersion)

/** All that are served, or what a release had of them. */
function handlersAs(config: NodeConfig): readonly Handler<Broker>[] {
  const release = releaseOf(config)
  return release ? handlersOf(release, handlers) : handlers
}

interface Parts {
  readonly opened: OpenedStore
  readonly metadata: Metadata
  readonly directory: PartitionDirectory
  readonly groups: Groups
  readonly transactions: Transactions
  readonly producerIds: ProducerIds
}

function brokerOf(platform: Platform, config: NodeConfig, parts: Parts): Broker {
  const { opened, metadata, directory, groups, transactions, producerIds } = parts
  const { clock, timers, random, logger } = platform
  const { configs } = metadata
  const ranges = rangesOf(handlersAs(config))
  const release = releaseOf(config)
  return {
    id: opened.nodeId,
    clock,
    timers,
    logger,
    metadata,
    configs,
    image: () => metadata.image,
    partitions: directory,
    groups,
    transactions,
    ensureInternalTopic: async name => void (await metadata.ensureInternalTopic(name)),
    fetchSessions: new FetchSessions(clock, random, () => configs.broker().maxIncrementalFetchSessionCacheSlots),
    unsent: new UnsentBytes(() => configs.broker().odradekFetchUnsentBytesMax),
    quotas: new ClientQuotas({
      clock,
      table: () => metadata.image.table('quota'),
      windows: () => quotaWindowsOf(configs.broker()),
    }),
    fetchLimits: () => {
      const { fetchMaxBytes, odradekFetchMaxWaitMsCap: cap } = configs.broker()
      return { maxBytes: fetchMaxBytes, maxWaitMs: cap < 0 ? Number.MAX_SAFE_INTEGER : cap }
    },
    nextProducerId: () => producerIds.next(),
    apiVersions: () => ranges,
    features: () => (release ? featuresAs(release, featuresOf(metadata.image)) : featuresOf(metadata.image)),
    // The address at which this very client reached us is the one that is sure to work for it.
    advertised: ({ connection }) => config.advertised ?? { host: connection.localHost, port: connection.localPort },
    space: () => opened.store.space(),
  }
}

/** What a Kafka server needs of the core behind it, which may be another one at every request. */
export function servingOf({ clock, timers, logger }: Platform, core: () => Core): ServerOptions {
  const configs = () => core().broker.configs.broker()
  return {
    clock,
    timers,
    logger,
    listener: 'PLAINTEXT',
    get routes() {
      return core().routes
    },
    get maxFrameBytes() {
      return configs().socketRequestMaxBytes
    },
    maxConnections: () => configs().maxConnections,
    maxConnectionsOf: address => {
      const { maxConnectionsPerIp, maxConnectionsPerIpOverrides } = configs()
      return overriddenCount(maxConnectionsPerIpOverrides, address) ?? maxConnectionsPerIp
    },
    creationRate: () => configs().maxConnectionCreationRate,
    creationRateOf: address => connectionRateOf(core().broker.image().table('quota'), address),
    windows: () => quotaWindowsOf(configs()).client,
    maxIdleMs: () => configs().connectionsMaxIdleMs,
  }
}
