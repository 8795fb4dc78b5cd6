/** Files that are those of another, for whoever changes something about them. */
import type { File, FileFacts, FileLock, Files } from './files'

export class PassingFiles implements Files {
  protected readonly files: Files

  constructor(files: Files) {
    this.files = files
  }

  get longWriteBytes(): number {
    return this.files.longWriteBytes
  }

  get longSyncedWriteBytes(): number {
    return this.files.longSyncedWriteBytes
  }

  get openMax(): number {
    return this.files.openMax
  }

  open(path: string, how: Parameters<Files['open']>[1]): File {
    return this.files.open(path, how)
  }

  list(path: string): readonly string[] {
    return this.files.list(path)
  }

  stat(path: string): FileFacts | null {
    return this.files.stat(path)
  }

  makeDir(path: string): void {
    this.files.makeDir(path)
  }

  readFile(path: string): Buffer {
    return this.files.readFile(path)
  }

  replaceFile(path: string, content: Uint8Array | string): Promise<void> {
    return this.files.replaceFile(path, content)
  }

  rename(from: string, to: string): Promise<void> {
    return this.files.rename(from, to)
  }

  remove(path: string): Promise<void> {
    return this.files.remove(path)
  }

  removeTree(path: string): Promise<void> {
    return this.files.removeTree(path)
  }

  syncDir(path: string): Promise<void> {
    return this.files.syncDir(path)
  }

  lock(path: string): Promise<FileLock | null> {
    return this.files.lock(path)
  }

  space(path: string): { totalBytes: number; usableBytes: number } {
    return this.files.space(path)
  }
}

export class PassingFile implements File {
  protected readonly file: File

  constructor(file: File) {
    this.file = file
  }

  writeSync(buffers: readonly Uint8Array[], position: number): void {
    this.file.writeSync(buffers, position)
  }

  write(buffers: readonly Uint8Array[], position: number): Promise<void> {
    return this.file.write(buffers, position)
  }

  readSync(into: Uint8Array, position: number): number {
    return this.file.readSync(into, position)
  }

  size(): number {
    return this.file.size()
  }

  truncateSync(sizeBytes: number): void {
    this.file.truncateSync(sizeBytes)
  }

  sync(): Promise<void> {
    return this.file.sync()
  }

  close(): Promise<void> {
    return this.file.close()
  }
}
