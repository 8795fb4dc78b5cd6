/** Where a node keeps its logs: in memory, or in a directory that is then its own. */
import { EmbeddedStore } from '../metadata/embedded-store'
import type { MetadataStore } from '../metadata/store'
import type { Platform } from '../platform/platform'
import type { LogStore } from '../storage/log'
import { MemoryStore } from '../storage/memory/store'
import { type NodeConfig, defaultNodeId } from './config'

export interface OpenedStore {
  readonly store: LogStore
  /** Null in memory. */
  readonly directory: string | null
  readonly nodeId: number
  /** The cluster that the directory belongs to; null when there is nothing to say yet. */
  readonly clusterId: string | null
  readonly endedCleanly: boolean
}

export function memoryStore(store: MemoryStore, { nodeId, clusterId }: NodeConfig): OpenedStore {
  return { store, directory: null, nodeId: nodeId ?? defaultNodeId, clusterId, endedCleanly: true }
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
    nodeId: identity.nodeId,
    clusterId: identity.clusterId,
    endedCleanly: cleanShutdown !== null,
  }
}

/** The metadata beside the logs. Closes those when it rejects, with CorruptLog or StorageFault. */
export async function openMetadataStore(
  { files, random }: Platform,
  { store, directory }: OpenedStore,
): Promise<MetadataStore> {
  if (directory === null) return EmbeddedStore.inMemory(random)
  try {
    return await EmbeddedStore.open(files, directory, random)
  } catch (error) {
    await store.close()
    throw error
  }
}
