/** The one place where parts are chosen and wired. Starts them in the order of the floors, stops them in reverse. */
import type { Broker } from '../broker/broker'
import { handlers } from '../broker/apis/index'
import { FetchSessions } from '../broker/fetch/sessions'
import { UnsentBytes } from '../broker/fetch/unsent'
import { rangesOf, routesOf } from '../broker/pipeline'
import type { Groups } from '../coordinator/group/groups'
import { openGroups } from '../coordinator/group/open'
import { openTransactions } from '../coordinator/transaction/open'
import type { Transactions } from '../coordinator/transaction/transactions'
import { Door } from '../edge/kafka/door'
import { KafkaServer } from '../edge/kafka/server'
import { EmbeddedStore } from '../metadata/embedded-store'
import { groupMetadataTopic } from '../metadata/internal-topics'
import { Metadata } from '../metadata/metadata'
import { PartitionDirectory } from '../partition/directory'
import { startCleaning } from '../partition/cleaning'
import { startUpkeep } from '../partition/upkeep'
import type { Address } from '../platform/network'
import type { Platform } from '../platform/platform'
import { adoptTopics, raiseEpochs } from './adopt'
import type { NodeConfig } from './config'
import { features } from './features'
import { cleanerOf, compactionOf, retentionOf } from './limits'
import { ProducerIds } from './producer-ids'
import { openStore, type OpenedStore } from './store'

export interface Node {
  readonly address: Address
  readonly clusterId: string
  readonly nodeId: number
  readonly broker: Broker
  /** Answers what is in flight, flushes, and marks the shutdown as clean. */
  stop(): Promise<void>
}

/** How long a stopping node waits for requests that are under way. */
const stopGraceMs = 2_000

/** Rejects with the network's error, DirectoryRefused or StorageFault; nothing is left open then. */
export async function startNode(platform: Platform, config: NodeConfig): Promise<Node> {
  const undo: (() => Promise<void>)[] = []
  const stop = async () => {
    for (let step = undo.pop(); step; step = undo.pop()) await step()
  }
  try {
    return await start(platform, config, undo, stop)
  } catch (error) {
    await stop().catch((failed: unknown) => platform.logger.error('stop-failed', { error: String(failed) }))
    throw error
  }
}

async function start(
  platform: Platform,
  config: NodeConfig,
  undo: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<Node> {
  const door = await Door.open(platform.network, config.listen)
  undo.push(() => door.close())
  const opened = await openStore(platform, config)
  undo.push(() => opened.store.close())
  const metadata = await openMetadata(platform, config, opened)
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
  const broker = brokerOf(platform, config, { opened, metadata, directory, groups, transactions, producerIds })
  const server = serverOf(platform, metadata, broker, door)
  undo.push(async () => {
    // Members that wait for others in a rebalance hear that the coordinator is gone, if nothing better comes soon.
    const cancel = platform.timers.after(stopGraceMs / 2, () => groups.stop())
    await server.stop(stopGraceMs)
    cancel()
    groups.stop()
    transactions.stop()
  })
  server.start()
  return { address: door.address, clusterId: metadata.image.clusterId, nodeId: opened.nodeId, broker, stop }
}

async function openMetadata(platform: Platform, config: NodeConfig, opened: OpenedStore): Promise<Metadata> {
  const { files, random, clock, logger } = platform
  const { nodeId, clusterId, directory, endedCleanly } = opened
  const store = directory === null ? EmbeddedStore.inMemory(random) : await EmbeddedStore.open(files, directory, random)
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
  const ranges = rangesOf(handlers)
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
    fetchLimits: () => {
      const { fetchMaxBytes, odradekFetchMaxWaitMsCap: cap } = configs.broker()
      return { maxBytes: fetchMaxBytes, maxWaitMs: cap < 0 ? Number.MAX_SAFE_INTEGER : cap }
    },
    nextProducerId: () => producerIds.next(),
    apiVersions: () => ranges,
    features: () => features,
    // The address at which this very client reached us is the one that is sure to work for it.
    advertised: ({ connection }) => config.advertised ?? { host: connection.localHost, port: connection.localPort },
    space: () => opened.store.space(),
  }
}

function serverOf(platform: Platform, { configs }: Metadata, broker: Broker, door: Door): KafkaServer {
  const { clock, timers, logger } = platform
  return new KafkaServer(door, {
    routes: routesOf(handlers, broker),
    clock,
    timers,
    logger,
    listener: 'PLAINTEXT',
    maxFrameBytes: configs.broker().socketRequestMaxBytes,
    maxConnections: () => configs.broker().maxConnections,
    maxIdleMs: () => configs.broker().connectionsMaxIdleMs,
  })
}
