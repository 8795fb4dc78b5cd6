/** Where a node keeps its logs: in memory, or in a directory that is then its own. */
import type { Platform } from '../platform/platform'
import type { LogStore } from '../storage/log'
import { StorageFault } from '../storage/fault'
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

/** Rejects with DirectoryRefused, and has then changed nothing. */
export async function openStore(platform: Platform, config: NodeConfig): Promise<OpenedStore> {
  const { dataDir: directory, clusterId } = config
  if (directory === null) {
    const store = new MemoryStore(platform.clock, platform.random)
    return { store, directory, nodeId: config.nodeId ?? defaultNodeId, clusterId, endedCleanly: true }
  }
  throw new StorageFault(`${directory}: this build keeps everything in memory`)
}
