/** From what a user writes (`memory:`, `file:///var/lib/odradek`) to a store of logs. One line a backend. */
import type { Platform } from '../platform/platform'
import type { LogStore } from './log'

export interface OpenStoreOptions {
  /** `group`: an acknowledgement means on the disk. `os`: the operating system decides when, as with Apache Kafka. */
  readonly flush: 'group' | 'os'
  readonly nodeId: number
  /** Whose directory it has to be. Without one that of the directory is taken, or a new one is made. */
  readonly clusterId?: string | undefined
}

type Open = (platform: Platform, rest: string, options: OpenStoreOptions) => Promise<LogStore>

/** Backends load what they need when they are chosen. */
const backends: { readonly [scheme: string]: Open } = {
  async memory(platform) {
    const { MemoryStore } = require('./memory/store') as typeof import('./memory/store')
    return new MemoryStore(platform.clock, platform.random)
  },
  async file(platform, rest, options) {
    const { openFileStore } = require('./segments/store') as typeof import('./segments/store')
    return openFileStore(platform, { ...options, directory: directoryOf(rest) })
  },
}

export const storeSchemes: readonly string[] = Object.keys(backends)

/** Rejects with RangeError for a URL of no backend, and with DirectoryRefused when a data directory cannot be used. */
export async function openStore(platform: Platform, url: string, options: OpenStoreOptions): Promise<LogStore> {
  const match = /^([a-z0-9]+):(.*)$/.exec(url)
  const open = match && Object.hasOwn(backends, match[1]!) && backends[match[1]!]
  if (!open) throw new RangeError(`storage '${url}' is none of ${storeSchemes.map(scheme => `${scheme}:`).join(', ')}`)
  return open(platform, match[2]!, options)
}

/** `//host/dir` has no meaning here, so `///dir` and `dir` remain. */
function directoryOf(rest: string): string {
  const path = rest.startsWith('///') ? decodeURIComponent(rest.slice(2)) : rest
  if (path === '' || path.startsWith('//'))
    throw new RangeError(`'file:${rest}' names no directory: write file:///path`)
  return path.length > 1 ? path.replace(/\/+$/, '') : path
}
