/**
 * What a node is made of without its door: metadata, partitions, coordinators, and what handlers are given of them. The one
 * place where these are chosen and wired.
 */
import type { Stage } from '../call/stage'
import { Metadata } from '../metadata/metadata'
import { decideScramSecret } from '../metadata/users/scram'
import type { MetadataStore } from '../metadata/store/store'
import type { StoredBroker } from '../metadata/image/stored'
import { PartitionDirectory } from '../partition/directory'
import { startCleaning } from '../partition/cleaning'
import { startReopening } from '../partition/reopening'
import { startUpkeep } from '../partition/upkeep'
import type { Cancel, Timers } from '../platform/clock'
import type { Address } from '../platform/network'
import type { Platform } from '../platform/platform'
import { startTokenSweep } from '../security/token-sweep'
import { DelegationTokens } from '../security/tokens'
import { adoptTopics, leftByKafka, applyChange, raiseEpochs } from './adopt'
import { openBrokers, type ServedBroker } from './brokers'
import type { NodeConfig } from './config/config'
import { cleanerOf, compactionOf, retentionOf } from './limits'
import type { OpenedStore } from './store'

/** How often a start that opens logs says how far it is. */
const loadingToldMs = 2_000

/** One of the brokers of this process. */
export interface BrokerPlace {
  readonly id: number
  /** By the order of the listeners in the config. */
  readonly addresses: readonly Address[]
  /** Whether it is there: others lead what it led if not. */
  readonly isUp: boolean
}

export interface Core {
  /** In the order in which they were asked for; all of them, whether or not they are there. */
  readonly brokers: readonly ServedBroker[]
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
  /** One broker at the addresses of the config when left out. */
  readonly places?: readonly BrokerPlace[]
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
  options: CoreOptions,
  undo: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<Core> {
  const { config, opened, metadataStore, stages = [], pollTimers = platform.timers } = options
  const addresses = config.listeners.map(({ listen, advertised }) => {
    const address = advertised ?? listen
    return { ...address, port: address.port || listen.port }
  })
  const here = { id: opened.nodeId, addresses, isUp: true }
  const places = options.places ?? [here]
  const metadata = await openMetadata(platform, config, opened, metadataStore, places)
  undo.push(() => metadata.close())
  tellAbsent(metadata, places, platform)
  const brokerIds = places.map(({ id }) => id)
  const directory = directoryOf(platform, opened, metadata, brokerIds)
  undo.push(async () => {
    await Promise.all([...directory.all()].map(partition => partition.prepareStop()))
  })
  await adoptTopics(opened.store, opened.directory, metadata, platform)
  metadata.onChange((_image, _previous, change) => applyChange(directory, metadata, change, platform.logger))
  const loaded = tellLoading(platform, metadata, directory)
  await directory.apply({ created: [...metadata.image.topics()], deleted: [], altered: [] }).finally(loaded)
  await raiseEpochs(directory, metadata)
  const { configs } = metadata
  if (config.listeners.some(({ sasl }) => sasl !== null)) await metadata.decide(decideScramSecret)
  const tokens = tokensOf(platform, metadata)
  if (tokens) {
    undo.push(
      startTokenSweep({ ...platform, tokens, intervalMs: configs.broker().delegationTokenExpiryCheckIntervalMs }),
    )
  }
  const brokers = openBrokers(platform, { config, opened, metadata, directory, brokerIds, tokens, stages, pollTimers })
  undo.push(startReopening(platform.timers, directory))
  undo.push(startUpkeep(upkeepOf(platform, metadata, directory)))
  undo.push(
    startCleaning({
      ...platform,
      directory,
      settings: () => cleanerOf(configs.broker()),
      compaction: topic => compactionOf(configs.topic(topic)),
      retention: topic => retentionOf(configs.topic(topic)),
    }),
  )
  const dismiss = (): void => {
    for (const { broker } of brokers) {
      broker.groups.stop()
      broker.transactions.stop()
    }
  }
  undo.push(async () => dismiss())
  return { brokers, metadata, partitions: directory, dismiss, stop }
}

async function openMetadata(
  platform: Platform,
  config: NodeConfig,
  { clusterId, endedCleanly, directory }: OpenedStore,
  store: MetadataStore,
  places: readonly BrokerPlace[],
): Promise<Metadata> {
  const { random, clock, logger } = platform
  return Metadata.open({
    store,
    brokerId: places[0]!.id,
    brokers: new Map(places.map(place => [place.id, registrationOf(place, config)])),
    statics: config.statics,
    clusterId: config.clusterId ?? clusterId,
    left: broker => leftByKafka(directory, broker, platform),
    endedCleanly,
    clock,
    random,
    logger,
  })
}

/** Says how far it is while logs are opened, where that takes long. Returns what ends it. */
function tellLoading({ timers, logger }: Platform, { image }: Metadata, directory: PartitionDirectory): Cancel {
  const of = [...image.topics()].reduce((sum, { partitions }) => sum + partitions.length, 0)
  let cancel: Cancel
  const later = () => {
    cancel = timers.after(loadingToldMs, () => {
      logger.info('loading', { partitions: [...directory.all()].length, of })
      later()
    })
  }
  later()
  return () => cancel()
}

/** Who starts with fewer nodes than a directory has seen finds that some partitions have no leader, and hears why. */
function tellAbsent({ image }: Metadata, places: readonly BrokerPlace[], { logger }: Platform): void {
  const absent = [...image.brokers()].filter(({ id }) => !places.some(place => place.id === id)).map(({ id }) => id)
  if (absent.length === 0) return
  const partitions = [...image.topics()].flatMap(topic => topic.partitions)
  const leaderless = partitions.filter(({ leader }) => leader < 0).length
  if (leaderless > 0) logger.warn('nodes-absent', { nodes: absent.join(','), leaderless })
}

/** Null where there is no key to make them with. */
function tokensOf({ clock, random }: Platform, metadata: Metadata): DelegationTokens | null {
  const broker = metadata.configs.broker()
  const { delegationTokenSecretKey: secret } = broker
  if (!secret) return null
  const { delegationTokenMaxLifetimeMs: maxLifetimeMs, delegationTokenExpiryTimeMs: renewMs } = broker
  return new DelegationTokens({ metadata, clock, random, secret, maxLifetimeMs, renewMs })
}

export const registrationOf = ({ addresses, isUp }: BrokerPlace, { listeners }: NodeConfig): StoredBroker => ({
  rack: null,
  endpoints: addresses.map(({ host, port }, nth) => ({ name: listeners[nth]!.name, host, port })),
  fenced: !isUp,
})

function directoryOf(
  { logger }: Platform,
  { store }: OpenedStore,
  { configs }: Metadata,
  brokerIds: readonly number[],
): PartitionDirectory {
  return new PartitionDirectory({
    brokerIds,
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
    isCompacted: (topic: string) => compactionOf(configs.topic(topic)) !== null,
    producerExpiryMs: () => configs.broker().producerIdExpirationMs,
  }
}
