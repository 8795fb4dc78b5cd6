/** A directory for one test, on a real disk. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export function scratchDirectory(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'odradek-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
