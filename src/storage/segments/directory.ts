/** A data directory as a whole: whose it is, that nobody else uses it, and whether its last process stopped cleanly. */
import { dirname } from 'node:path'
import type { FileLock, Files } from '../../platform/files'
import type { Random } from '../../platform/random'
import { DirectoryRefused } from '../fault'
import { codeOf, saying } from './health'
import { names, parseLogDirectoryName, parseSegmentFileName, pathOf } from './layout'
import {
  decodeCleanShutdown,
  decodeProperties,
  type DirectoryIdentity,
  encodeCleanShutdown,
  encodeMetaProperties,
} from './texts'

/** Whose directory is asked for. Without a cluster id that of the directory is taken, and a new one has a new one. */
export interface WantedIdentity {
  readonly clusterId?: string | undefined
  readonly nodeId: number
  /** Takes a directory of whatever node; `nodeId` is then for a new one. */
  readonly anyNode?: boolean
}

export interface ClaimedDirectory {
  readonly path: string
  readonly identity: DirectoryIdentity
  /** The broker epoch of the process that stopped cleanly, null when the last one did not. */
  readonly cleanShutdown: { readonly brokerEpoch: number } | null
  readonly lock: FileLock
}

/** Takes a directory for this process, making it when it is missing. Rejects with DirectoryRefused. */
export async function claimDirectory(
  files: Files,
  random: Random,
  path: string,
  wanted: WantedIdentity,
): Promise<ClaimedDirectory> {
  const lock = await usable(path, async () => {
    refuseUsed(files, path)
    await makeDirectory(files, path)
    return files.lock(pathOf(path, names.lock))
  })
  if (!lock) throw new DirectoryRefused(path, 'locked', 'is in use by another process')
  try {
    const identity = await usable(path, () => identify(files, random, path, wanted))
    const cleanShutdown = await usable(path, () => takeCleanShutdown(files, path))
    return { path, identity, cleanShutdown, lock }
  } catch (error) {
    await lock.release()
    throw error
  }
}

/**
 * Makes a directory and all above it that are missing, so that a crash does not take their names away. An earlier process
 * may have made some of them and been killed before their names were safe; whose directory it is was not written then.
 */
async function makeDirectory(files: Files, path: string): Promise<void> {
  if (files.stat(pathOf(path, names.metaProperties))) return
  const isMissing = new Set<string>()
  const all: string[] = []
  for (let at = path; dirname(at) !== at; at = dirname(at)) {
    all.push(at)
    if (!files.stat(at)) isMissing.add(at)
  }
  files.makeDir(path)
  for (const each of all.toReversed()) {
    const synced = files.syncDir(dirname(each))
    // What lies above may be another's, and not for us to open.
    await (isMissing.has(each) ? synced : synced.catch(() => {}))
  }
}

/** Says that everything in the directory is as it was closed. The last thing that a process does with it. */
export function markCleanShutdown(files: Files, path: string, brokerEpoch: number): Promise<void> {
  return files.replaceFile(pathOf(path, names.cleanShutdown), encodeCleanShutdown(brokerEpoch))
}

async function identify(
  files: Files,
  random: Random,
  path: string,
  wanted: WantedIdentity,
): Promise<DirectoryIdentity> {
  const file = pathOf(path, names.metaProperties)
  if (!files.stat(file)) {
    const identity = {
      clusterId: wanted.clusterId ?? newId(random),
      nodeId: wanted.nodeId,
      directoryId: newId(random),
    }
    await files.replaceFile(file, encodeMetaProperties(identity))
    return identity
  }
  const properties = decodeProperties(files.readFile(file).toString('utf8'))
  const version = properties.get('version')
  if (version === undefined) throw new DirectoryRefused(path, 'damaged identity', 'meta.properties has no version')
  if (version !== '0' && version !== '1') {
    throw new DirectoryRefused(path, 'unknown format', `meta.properties is of version ${version}, not 0 or 1`)
  }
  const isOfZooKeeper = version === '0'
  if (isOfZooKeeper) refuseWithoutMetadata(files, path)
  const { clusterId, nodeId } = identityIn(path, properties, isOfZooKeeper ? 'broker.id' : 'node.id')
  if (wanted.clusterId !== undefined && clusterId !== wanted.clusterId) {
    throw new DirectoryRefused(path, 'other cluster', `belongs to cluster ${clusterId}, not ${wanted.clusterId}`)
  }
  if (!wanted.anyNode && nodeId !== wanted.nodeId) {
    throw new DirectoryRefused(path, 'other node', `belongs to node ${nodeId}, not ${wanted.nodeId}`)
  }
  const known = properties.get('directory.id')
  const identity = { clusterId, nodeId, directoryId: known ?? newId(random) }
  // A Kafka before 3.7 gave directories no id. The version stays, as with Kafka: an older one opens it again.
  if (known === undefined) await files.replaceFile(file, encodeMetaProperties(identity, isOfZooKeeper))
  return identity
}

/**
 * A directory of the time of ZooKeeper is good after a migration, which leaves version 0 and makes a metadata log. Before it,
 * what topics there are and how long they keep their records is known to ZooKeeper alone.
 */
function refuseWithoutMetadata(files: Files, path: string): void {
  const all = files.list(path)
  if (all.some(isMetadata)) return
  const logs = all.filter(name => holdsLog(files, path, name))
  if (logs.length === 0) return
  const says = `has logs (${someOf(logs)}) of a Kafka that kept its topics and their configs in ZooKeeper`
  throw new DirectoryRefused(path, 'not migrated', says)
}

const isMetadata = (name: string): boolean => name.startsWith('odradek-metadata.') || name === '__cluster_metadata-0'

function identityIn(
  path: string,
  properties: ReadonlyMap<string, string>,
  key: 'node.id' | 'broker.id',
): { clusterId: string; nodeId: number } {
  const clusterId = properties.get('cluster.id') ?? ''
  const nodeId = properties.get(key) ?? ''
  if (clusterId === '') throw new DirectoryRefused(path, 'damaged identity', 'meta.properties has no cluster.id')
  if (!/^\d{1,10}$/.test(nodeId) || Number(nodeId) > 0x7f_ff_ff_ff)
    throw new DirectoryRefused(
      path,
      'damaged identity',
      `meta.properties has ${key} '${nodeId}', which is no number of a node`,
    )
  return { clusterId, nodeId: Number(nodeId) }
}

/**
 * A directory without an identity is a new one only if nobody has used it. What a file system, a version control or a
 * desktop keeps in every directory does not count.
 */
function refuseUsed(files: Files, path: string): void {
  const facts = files.stat(path)
  if (facts === null || !facts.isDirectory) return
  const found = files.list(path).filter(name => !passedBy.test(name))
  // Looked for last, so that what another process is making just now is not taken for something without an owner.
  if (found.length === 0 || files.stat(pathOf(path, names.metaProperties))) return
  const ours = found.filter(name => holdsLog(files, path, name) || isMetadata(name))
  if (ours.length > 0) {
    const says = `has data (${someOf(ours)}) and no meta.properties, which says to which cluster and node it belongs`
    throw new DirectoryRefused(path, 'no identity', says)
  }
  throw new DirectoryRefused(path, 'foreign files', `has files that are not a broker's (${someOf(found)})`)
}

/** A name alone proves little: many a package ends in a dash and a number. */
function holdsLog(files: Files, path: string, name: string): boolean {
  const directory = pathOf(path, name)
  if (parseLogDirectoryName(name) === null || !files.stat(directory)?.isDirectory) return false
  return files.list(directory).some(each => each === names.partitionMetadata || parseSegmentFileName(each) !== null)
}

const passedBy = /^\.|^lost\+found$|\.tmp$/

const someOf = (all: readonly string[]): string =>
  all.length > 3 ? `${all.slice(0, 3).join(', ')} and ${all.length - 3} more` : all.join(', ')

/** Reads and removes the mark, so that it is not found again after a crash of this process. */
async function takeCleanShutdown(files: Files, path: string): Promise<{ brokerEpoch: number } | null> {
  const file = pathOf(path, names.cleanShutdown)
  if (!files.stat(file)) {
    // The last process may have replaced files whose new names a power cut would still take away.
    await files.syncDir(path)
    return null
  }
  const brokerEpoch = decodeCleanShutdown(files.readFile(file).toString('utf8'))
  await files.remove(file)
  await files.syncDir(path)
  return { brokerEpoch }
}

const newId = (random: Random): string => random.bytes(16).toString('base64url')

async function usable<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (codeOf(error) === '') throw error
    throw new DirectoryRefused(path, 'unusable', saying(error), error)
  }
}
