/** Logs in a data directory that is Apache Kafka's: same names, same bytes. */
import type { Cancel } from '../../platform/clock'
import { HeldFiles } from '../../platform/held-files'
import { sharesOf } from '../../platform/open-files'
import { AtMost } from '../../platform/pieces'
import type { Platform } from '../../platform/platform'
import { uuidHex } from '../../platform/random'
import { CorruptLog, StorageFault } from '../fault'
import {
  defaultLogConfig,
  type Log,
  type LogAside,
  type LogConfig,
  type LogId,
  type LogStore,
  type Space,
} from '../log'
import { claimDirectory, type ClaimedDirectory, markCleanShutdown, type WantedIdentity } from './directory'
import { DirectorySync } from './directory-sync'
import { Handles } from './handles'
import { Health, saying } from './health'
import {
  deletedDirectoryName,
  partitionAside,
  strayDirectoryName,
  isDeletedDirectory,
  logDirectoryName,
  names,
  parseLogDirectoryName,
  pathOf,
} from './layout'
import type { SegmentLog } from './log'
import type { FlushMode } from './log-setting'
import { endOf, type Mark, Marks } from './marks'
import { openLog } from './open-log'
import { Stage } from './stage'
import { decodePartitionMetadata, type DirectoryIdentity, encodePartitionMetadata } from './texts'

export type StorePlatform = Pick<Platform, 'clock' | 'timers' | 'random' | 'files' | 'logger'>

export interface FileStoreOptions extends WantedIdentity {
  readonly directory: string
  readonly flush: FlushMode
  /** Files of logs open at once. By default 4,000, and half of what the process may have: the rest is for sockets and others. */
  readonly openFilesMax?: number
}

/** How often it is looked whether the directory is still there: what was acknowledged since then may be gone with it. */
const lookEveryMs = 2_000

/** Logs that are being opened: each has files of its own open meanwhile, and there are no more threads than this for it. */
const openingMax = 32

interface OpenLog {
  readonly log: SegmentLog
  readonly config: () => LogConfig
}

/** Rejects with DirectoryRefused, and has then changed nothing in the directory. */
export async function openFileStore(platform: StorePlatform, options: FileStoreOptions): Promise<FileStore> {
  const { files, random } = platform
  const claimed = await claimDirectory(files, random, options.directory, options)
  return new FileStore(platform, claimed, options.flush, options.openFilesMax ?? sharesOf(files.openMax).logs)
}

export class FileStore implements LogStore {
  readonly supports: LogStore['supports']
  readonly identity: DirectoryIdentity
  /** Not null when the last process stopped cleanly: the broker epoch that it had, -1 when it did not tell. */
  readonly cleanShutdown: ClaimedDirectory['cleanShutdown']
  readonly health: Health
  /** For whoever keeps something else in the directory: they write nothing to one that is no longer ours. */
  readonly files: HeldFiles
  /** Written into the mark of a clean shutdown. */
  brokerEpoch = -1
  readonly #platform: StorePlatform
  readonly #claimed: ClaimedDirectory
  readonly #flush: FlushMode
  readonly #handles: Handles
  readonly #marks: Marks
  readonly #rootSync: DirectorySync
  readonly #stage: Stage
  readonly #open = new Map<string, OpenLog>()
  /** Names of the logs that were opened, and so are recovered. One that could not be is still as it was found. */
  readonly #recovered = new Set<string>()
  /** The last opening or dropping of each log, which the next one has to wait for. */
  readonly #work = new Map<string, Promise<unknown>>()
  /** Why logs that are not there are not begun anew, by their names. */
  readonly #expected = new Map<string, string>()
  readonly #removals = new Set<Cancel>()
  #stopLooking: Cancel = () => {}
  readonly #opening = new AtMost(openingMax)

  constructor(platform: StorePlatform, claimed: ClaimedDirectory, flush: FlushMode, openFilesMax: number) {
    const { timers, logger } = platform
    const files = new HeldFiles(platform.files, pathOf(claimed.path, names.lock))
    this.files = files
    this.#platform = { ...platform, files }
    this.#claimed = claimed
    this.#flush = flush
    this.supports = { flush: flush === 'group', compaction: true, sharedByNodes: false }
    this.identity = claimed.identity
    this.cleanShutdown = claimed.cleanShutdown
    this.health = new Health(claimed.path, logger, () => files.look())
    this.#handles = new Handles(files, openFilesMax, error => this.health.fail('close', error))
    this.#marks = Marks.load(files, timers, logger, claimed.path)
    this.#rootSync = new DirectorySync(files, claimed.path)
    this.#stage = new Stage(timers, flush === 'group' ? files.longSyncedWriteBytes : files.longWriteBytes)
    for (const name of files.list(claimed.path))
      if (isDeletedDirectory(name)) this.#removeLater(pathOf(claimed.path, name), 0)
    this.#lookLater()
  }

  #lookLater(): void {
    this.#stopLooking = this.#platform.timers.after(lookEveryMs, () => {
      if (!this.#isLost()) this.#lookLater()
    })
  }

  /** Whether the directory has failed, as one that is not there any more does. */
  #isLost(): boolean {
    const lost = this.files.look()
    if (lost) this.health.fail('look at the data directory', lost)
    return this.health.failure !== null
  }

  open(id: LogId, config: () => LogConfig): Promise<Log> {
    return this.#alone(id, async () => {
      const known = this.#open.get(logDirectoryName(id.topic, id.partition))
      if (known) {
        refuseOther(id, known.log.id.topicId)
        return known.log
      }
      return this.#opening.run(() => this.#openNow(id, config))
    })
  }

  async list(): Promise<readonly LogId[]> {
    const ids: LogId[] = []
    for (const name of this.#platform.files.list(this.#claimed.path)) {
      const parsed = parseLogDirectoryName(name)
      if (parsed && this.#isDirectory(name))
        ids.push({ ...parsed, topicId: this.#topicIdIn(pathOf(this.#claimed.path, name)) ?? '' })
    }
    return ids
  }

  drop(id: LogId): Promise<void> {
    return this.#alone(id, async () => {
      const open = this.#open.get(logDirectoryName(id.topic, id.partition))
      const deleted = await this.#rename(id, deletedDirectoryName)
      if (deleted !== null) this.#removeLater(deleted, (open?.config() ?? defaultLogConfig).fileDeleteDelayMs)
    })
  }

  setAside(id: LogId): Promise<string | null> {
    return this.#alone(id, () => this.#rename(id, strayDirectoryName))
  }

  async aside(): Promise<readonly LogAside[]> {
    const { files } = this.#platform
    const logs: LogAside[] = []
    for (const name of files.list(this.#claimed.path)) {
      const partition = partitionAside(name)
      const directory = pathOf(this.#claimed.path, name)
      if (partition === null || !files.stat(pathOf(directory, names.partitionMetadata))) continue
      try {
        const topicId = this.#topicIdIn(directory)
        if (topicId !== null) logs.push({ topicId, partition, directory })
      } catch (error) {
        // Nobody needs it, so that it is damaged keeps nobody from anything.
        if (!(error instanceof CorruptLog)) throw error
      }
    }
    return logs
  }

  putBack(id: LogId, directory: string): Promise<boolean> {
    return this.#alone(id, async () => {
      const { files } = this.#platform
      const path = pathOf(this.#claimed.path, logDirectoryName(id.topic, id.partition))
      if (files.stat(path)) return false
      return this.health.guard(`rename of ${directory}`, async () => {
        await files.rename(directory, path)
        await this.#rootSync.sync()
        return true
      })
    })
  }

  expect({ topic, partition }: LogId, why: string): void {
    this.#expected.set(logDirectoryName(topic, partition), why)
  }

  /** Closes a log and gives its directory a name by which it is not opened again. Null when there is none of this topic id. */
  async #rename(
    id: LogId,
    newName: (topic: string, partition: number, unique: string) => string,
  ): Promise<string | null> {
    const { files, random } = this.#platform
    const name = logDirectoryName(id.topic, id.partition)
    const path = pathOf(this.#claimed.path, name)
    const topicId = this.#topicIdIn(path)
    if (!files.stat(path) || (topicId !== null && topicId !== id.topicId)) return null
    await this.#open.get(name)?.log.abandon()
    return this.health.guard(`rename of ${path}`, async () => {
      const renamed = pathOf(this.#claimed.path, newName(id.topic, id.partition, uuidHex(random)))
      await files.rename(path, renamed)
      await this.#rootSync.sync()
      await this.#marks.forget(id.topic, id.partition)
      return renamed
    })
  }

  async forgetGone(wanted: (topic: string, partition: number) => boolean): Promise<void> {
    for (const { topic, partition } of this.#marks.all()) {
      const directory = pathOf(this.#claimed.path, logDirectoryName(topic, partition))
      if (!wanted(topic, partition) && !this.#platform.files.stat(directory)) await this.#marks.forget(topic, partition)
    }
  }

  space(): Space {
    const { path } = this.#claimed
    if (this.health.failure) return { path, totalBytes: -1, usableBytes: -1, isFailed: true }
    return { path, ...this.#platform.files.space(path), isFailed: false }
  }

  /**
   * The mark of a clean shutdown is left out when anything in the directory failed, and when there are logs that nobody
   * opened since a crash, or that could not be: they are still to be recovered, and damage must be found again.
   */
  async close(): Promise<void> {
    this.#isLost()
    await Promise.allSettled(this.#work.values())
    const closed = await Promise.allSettled([...this.#open.values()].map(({ log }) => log.close()))
    for (const cancel of this.#removals) cancel()
    this.#stopLooking()
    try {
      const failed = closed.find(result => result.status === 'rejected')
      if (failed) throw failed.reason
      this.health.check()
      await this.health.guard('close', async () => {
        await this.#marks.saveAll()
        if (!this.#isAllRecovered()) return
        await markCleanShutdown(this.#platform.files, this.#claimed.path, this.brokerEpoch)
      })
    } finally {
      this.#marks.stop()
      await this.#claimed.lock.release()
    }
  }

  #isAllRecovered(): boolean {
    if (this.cleanShutdown !== null) return true
    const logs = this.#platform.files.list(this.#claimed.path).filter(name => parseLogDirectoryName(name) !== null)
    return logs.every(name => this.#recovered.has(name))
  }

  async #openNow(id: LogId, config: () => LogConfig): Promise<Log> {
    const { files, clock } = this.#platform
    const name = logDirectoryName(id.topic, id.partition)
    const directory = pathOf(this.#claimed.path, name)
    this.#isLost()
    this.health.check()
    return this.health.guard(`open of ${directory}`, async () => {
      const found = files.stat(directory)
      if (found && !found.isDirectory) throw new CorruptLog(directory, 'is a file, and should be a directory')
      const isNew = found === null
      // What is remembered of one that is gone must not be believed of a new one.
      if (isNew) {
        refuseGone(directory, this.#marks.known(id.topic, id.partition))
        refuseExpected(directory, this.#expected.get(name))
        await this.#marks.forget(id.topic, id.partition)
      }
      files.makeDir(directory)
      const topicId = this.#topicIdIn(directory)
      if (topicId !== null) refuseOther(id, topicId)
      const log = await openLog(
        {
          ...this.#platform,
          id,
          directory,
          config,
          handles: this.#handles,
          health: this.health,
          flush: this.#flush,
          marks: this.#marks,
          mark: this.#marks.of(id.topic, id.partition),
          stage: this.#stage,
          nowMs: () => clock.now(),
          closed: () => this.#open.delete(name),
        },
        isNew || this.cleanShutdown !== null,
      )
      if (topicId === null) {
        await files.replaceFile(pathOf(directory, names.partitionMetadata), encodePartitionMetadata(id.topicId))
      }
      if (isNew || topicId === null) await this.#rootSync.sync()
      this.#open.set(name, { log, config })
      this.#recovered.add(name)
      return log
    })
  }

  #isDirectory(name: string): boolean {
    return this.#platform.files.stat(pathOf(this.#claimed.path, name))?.isDirectory ?? false
  }

  /** Null when there is no such file. Throws CorruptLog. */
  #topicIdIn(directory: string): string | null {
    if (!this.#platform.files.stat(directory)?.isDirectory) return null
    const path = pathOf(directory, names.partitionMetadata)
    if (!this.#platform.files.stat(path)) return null
    return decodePartitionMetadata(path, this.#platform.files.readFile(path).toString('utf8'))
  }

  /** Does work on one log after all other work on it. */
  #alone<T>(id: LogId, work: () => Promise<T>): Promise<T> {
    const name = logDirectoryName(id.topic, id.partition)
    const before = this.#work.get(name) ?? Promise.resolve()
    const mine = before.catch(() => {}).then(work)
    this.#work.set(name, mine)
    const forget = () => {
      if (this.#work.get(name) === mine) this.#work.delete(name)
    }
    mine.then(forget, forget)
    return mine
  }

  #removeLater(path: string, delayMs: number): void {
    const { files, timers, logger } = this.#platform
    const cancel = timers.after(delayMs, () => {
      this.#removals.delete(cancel)
      files.removeTree(path).catch(error => logger.warn('storage.remove_failed', { path, error: saying(error) }))
    })
    this.#removals.add(cancel)
  }
}

function refuseOther(id: LogId, topicId: string): void {
  if (topicId === id.topicId) return
  const name = logDirectoryName(id.topic, id.partition)
  throw new StorageFault(`${name} belongs to topic id ${topicId}, not ${id.topicId}`)
}

/** Who loses everything must not be better off than who loses a part. Throws CorruptLog. */
function refuseGone(directory: string, mark: Mark | null): void {
  const end = mark === null ? 0 : endOf(mark)
  if (end === 0) return
  const says = `is not there, though the log had records below offset ${end}`
  throw new CorruptLog(directory, `${says}; odradek log repair lets it begin anew at offset ${end}`)
}

/** The same where nothing says how far it went. Throws CorruptLog. */
function refuseExpected(directory: string, why: string | undefined): void {
  if (why === undefined) return
  throw new CorruptLog(
    directory,
    `is not there, ${why}; an empty directory of that name lets it begin anew at offset 0`,
  )
}
