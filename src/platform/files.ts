/**
 * Files. Data moves synchronously through the page cache where it is short, since a hand-off to a thread costs more than
 * the copy; long writes, durability (`sync`, `syncDir`) and whole-file work are asynchronous.
 *
 * Errors are Node's own `ErrnoException`s; test `error.code` ('ENOENT', 'ENOSPC', 'EIO'), never the class.
 */

export interface File {
  /** Writes all of `buffers` one after the other from `position` on. Throws with nothing known about what was written. */
  writeSync(buffers: readonly Uint8Array[], position: number): void
  /**
   * The same by another thread. The buffers must stay as they are until it settles; of several writes under way at a time
   * any may be done first.
   */
  write(buffers: readonly Uint8Array[], position: number): Promise<void>
  /** Fills `into` from `position`; returns how many bytes there were, fewer than asked only at the end of the file. */
  readSync(into: Uint8Array, position: number): number
  /** Bytes in the file. */
  size(): number
  /** Cuts or extends (with zeroes) the file. */
  truncateSync(sizeBytes: number): void
  /** Resolves when everything written before the call is on the disk (fdatasync). */
  sync(): Promise<void>
  /** Takes effect at once where nothing is on its way, and else when that has ended. */
  close(): Promise<void>
}

export interface FileFacts {
  readonly sizeBytes: number
  readonly modifiedMs: number
  readonly isDirectory: boolean
  /** The same for as long as it is the same file or directory, whatever it is called. */
  readonly identity: string
}

export interface Files {
  /** Longer writes are worth a thread of their own. */
  readonly longWriteBytes: number
  /** The same of files that are synced soon after each write, where the disk is waited for anyway. */
  readonly longSyncedWriteBytes: number
  /** Files and sockets that this process may have open at a time; Infinity where that is not known. */
  readonly openMax: number
  /** Opens for reading and writing; `create` makes the file when it is missing, `exclusive` fails when it is there. */
  open(path: string, how: { create?: boolean; exclusive?: boolean; readOnly?: boolean }): File
  /** Names (not paths) in a directory, in no order. Throws ENOENT. */
  list(path: string): readonly string[]
  /** Null when nothing is there. */
  stat(path: string): FileFacts | null
  makeDir(path: string): void
  /** Whole content; throws ENOENT. For small files only. */
  readFile(path: string): Buffer
  /** Replaces a small file so that after a crash either the old or the new content is there: temporary, sync, rename, syncDir. */
  replaceFile(path: string, content: Uint8Array | string): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** Removes a file; does nothing when it is missing. Asynchronous because unlinking a large file takes long. */
  remove(path: string): Promise<void>
  removeTree(path: string): Promise<void>
  /** Makes names created, renamed or removed in a directory durable. */
  syncDir(path: string): Promise<void>
  /** Takes an exclusive lock held until released or the process ends; null when another process holds it. */
  lock(path: string): Promise<FileLock | null>
  /** Bytes of the file system that holds `path`. */
  space(path: string): { totalBytes: number; usableBytes: number }
}

export interface FileLock {
  release(): Promise<void>
}
