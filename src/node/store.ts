/** Where a node keeps its logs and its metadata: in memory, or in a directory that is then its own. */
import { EmbeddedStore } from '../metadata/store/embedded-store'
import { kafkaMetadataDirectory } from '../metadata/kafka/kafka-metadata-log'
import { journalName } from '../metadata/store/store-journal'
import type { MetadataStore } from '../metadata/store/store'
import type { Files } from '../platform/files'
import type { Platform } from '../platform/platform'
import { DirectoryRefused } from '../storage/fault'
import type { LogStore } from '../storage/log'
import { MemoryStore } from '../storage/memory/store'
import { type NodeConfig, defaultNodeId } from './config/config'

export interface OpenedStore {
  readonly store: LogStore
  /** Null in memory. */
  readonly directory: string | null
  /** For what else is kept in the directory; null in memory. */
  readonly files: Files | null
  readonly nodeId: number
  /** The cluster that the directory belongs to; null when there is nothing to say yet. */
  readonly clusterId: string | null
  readonly endedCleanly: boolean
}

export function memoryStore(store: MemoryStore, { nodeId, clusterId }: NodeConfig): OpenedStore {
  return { store, directory: null, files: null, nodeId: nodeId ?? defaultNodeId, clusterId, endedCleanly: true }
}

/** Rejects with DirectoryRefused, and has then changed nothing. */
export async function openStore(platform: Platform, config: NodeConfig): Promise<OpenedStore> {
  const { dataDir: directory, clusterId } = config
  if (directory === null) return memoryStore(new MemoryStore(platform.clock, platform.random), config)
  // Files are not needed by those who keep everything in memory, and start-up is for what is needed.
  const { openFileStore } = require('../storage/segments/store') as typeof import('../storage/segments/store')
  const store = await openFileStore(platform, {
    directory,
    flush: config.flush,
    nodeId: config.nodeId ?? defaultNodeId,
    anyNode: config.nodeId === null,
    clusterId: clusterId ?? undefined,
  })
  const { identity, cleanShutdown } = store
  return {
    store,
    directory,
    files: store.files,
    nodeId: identity.nodeId,
    clusterId: identity.clusterId,
    endedCleanly: cleanShutdown !== null,
  }
}

/**
 * The metadata beside the logs. Closes those when it rejects: with DirectoryRefused when metadata that was there is gone,
 * and as StoreJournal does.
 */
export async function openMetadataStore(platform: Platform, opened: OpenedStore): Promise<MetadataStore> {
  if (opened.directory === null) return EmbeddedStore.inMemory(platform.random)
  try {
    return await openJournal({ ...platform, files: opened.files ?? platform.files }, opened, opened.directory)
  } catch (error) {
    await opened.store.close()
    throw error
  }
}

async function openJournal(platform: Platform, opened: OpenedStore, directory: string): Promise<MetadataStore> {
  const { files, random, logger } = platform
  const { endedCleanly } = opened
  const store = await EmbeddedStore.open(files, directory, random, { endedCleanly })
  const { isNew, cutBytes } = store.found
  if (cutBytes > 0)
    logger.warn('metadata.torn_transaction_cut', { path: `${directory}/${journalName}`, bytes: cutBytes })
  const { revision } = await store.identity()
  // The first transaction of a cluster comes before its first log, and before its first clean end.
  const wasUsed = async () => (!isNew && endedCleanly) || (await opened.store.list()).length > 0
  const isLost = revision === 0 && (await wasUsed())
  if (isLost && !files.stat(`${directory}/${kafkaMetadataDirectory}`)) {
    await store.close()
    throw new DirectoryRefused(
      directory,
      'lost metadata',
      `${journalName} is ${isNew ? 'missing' : 'empty'}, though there are logs whose topics and configs were in it`,
    )
  }
  return store
}
