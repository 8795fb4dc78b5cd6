/** Whether a data directory can still be trusted. Shared by all logs in it. */
import type { Cancel } from '../../platform/clock'
import type { Logger } from '../../platform/logger'
import { isOfManyFiles } from '../../platform/open-files'
import { StorageFault } from '../fault'

/** Errors that pass when somebody makes room; anything else leaves in doubt what is on the disk. */
const passing = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'ENOMEM', 'EFBIG'])

export class Health {
  readonly path: string
  readonly #logger: Logger
  readonly #look: () => Error | null
  #failure: StorageFault | null = null
  /** Whether the last write was refused for want of room or the like. */
  #isRefusing = false
  readonly #waiting = new Set<(fault: StorageFault) => void>()

  /** `look` tells whether the directory is there at all, which explains whatever else goes wrong with it. */
  constructor(path: string, logger: Logger, look: () => Error | null = () => null) {
    this.path = path
    this.#look = look
    this.#logger = logger
  }

  /** Why nothing more may be written, or null. */
  get failure(): StorageFault | null {
    return this.#failure
  }

  check(): void {
    if (this.#failure) throw this.#failure
  }

  /** Calls back once, when the directory fails. */
  onFailure(tell: (fault: StorageFault) => void): Cancel {
    if (this.#failure) tell(this.#failure)
    else this.#waiting.add(tell)
    return () => void this.#waiting.delete(tell)
  }

  /**
   * Fails the directory for good. After a failed sync in particular: the kernel may then count lost pages as clean, so
   * that a second try would succeed and say nothing of the loss.
   */
  fail(doing: string, said: unknown): StorageFault {
    if (this.#failure) return this.#failure
    const error = this.#look() ?? said
    const fault = new StorageFault(`${this.path} failed: ${doing}: ${saying(error)}`, { cause: error })
    this.#failure = fault
    this.#logger.error('storage.directory_failed', { path: this.path, doing, error: saying(error) })
    for (const tell of this.#waiting) tell(fault)
    this.#waiting.clear()
    return fault
  }

  /** Does work that writes. What the disk says against it becomes StorageFault. */
  async guard<T>(doing: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof StorageFault || codeOf(error) === '') throw error
      throw this.writeFailed(doing, error)
    }
  }

  /** Does work that only reads. What the disk says against it becomes StorageFault, and leaves the directory in use. */
  reading<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (error instanceof StorageFault || codeOf(error) === '') throw error
      throw new StorageFault(`read in ${this.path}: ${saying(error)}`, { cause: error, passes: true })
    }
  }

  /** The fault to throw for an error of a write: one that passes leaves the directory in use. */
  writeFailed(doing: string, error: unknown): StorageFault {
    if (!passing.has(codeOf(error))) return this.fail(doing, error)
    if (!this.#isRefusing)
      this.#logger.error('storage.writes_refused', {
        path: this.path,
        doing,
        error: saying(error),
        mend: mendOf(error),
      })
    this.#isRefusing = true
    return new StorageFault(`${doing}: ${saying(error)}`, { cause: error, passes: true })
  }

  /** A write went well: if the one before did not, an operator wants to know that it is over. */
  written(): void {
    if (!this.#isRefusing) return
    this.#isRefusing = false
    this.#logger.warn('storage.writes_taken_again', { path: this.path })
  }
}

export const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '')

const mendOf = (error: unknown): string | undefined =>
  isOfManyFiles(error) ? 'Raise the limit of open files of the broker (ulimit -n).' : undefined

export const saying = (error: unknown): string => String((error as { message?: unknown } | null)?.message ?? error)
