/** The two kinds of files, the real and the simulated, held against each other: the same steps, the same answers. */
import fc from 'fast-check'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { File, Files } from '../../../src/platform/files'
import { nodeFiles } from '../../../src/platform/node/files'
import { simulatedPlatform } from '../../../src/platform/simulated/platform'
import { World } from '../../../src/platform/simulated/world'

const path = fc.constantFrom('a', 'b', 'd', 'd/a', 'd/b', 'd/e', 'd/e/a', 'x/y')
const at = fc.nat({ max: 2000 })
const step = fc.oneof(
  fc.record({ do: fc.constant('open' as const), path, create: fc.boolean(), exclusive: fc.boolean() }),
  fc.record({
    do: fc.constantFrom('write' as const, 'writeByThread' as const),
    at,
    parts: fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 3 }),
  }),
  fc.record({ do: fc.constant('read' as const), at, bytes: at }),
  fc.record({ do: fc.constant('truncate' as const), at }),
  fc.record({ do: fc.constantFrom('sync' as const, 'close' as const, 'size' as const) }),
  fc.record({ do: fc.constantFrom('list' as const, 'stat' as const, 'makeDir' as const, 'readFile' as const), path }),
  fc.record({ do: fc.constantFrom('remove' as const, 'removeTree' as const, 'syncDir' as const), path }),
  fc.record({ do: fc.constant('rename' as const), path, to: path }),
  fc.record({ do: fc.constant('replaceFile' as const), path, content: fc.string({ maxLength: 20 }) }),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

class Subject {
  readonly #files: Files
  readonly #root: string
  readonly #wait: <T>(promise: Promise<T>) => Promise<T>
  #file: File | null = null

  constructor(files: Files, root: string, wait: <T>(promise: Promise<T>) => Promise<T>) {
    this.#files = files
    this.#root = root
    this.#wait = wait
  }

  /** What a step gave, or the code of its error. */
  async take(step: Step): Promise<unknown> {
    try {
      return 'path' in step ? await this.#named(step, join(this.#root, step.path)) : await this.#opened(step)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === undefined) throw error
      return code
    }
  }

  async #opened(step: Exclude<Step, { path: string }>): Promise<unknown> {
    const file = this.#file
    if (file === null) return 'nothing is open'
    switch (step.do) {
      case 'write':
        return file.writeSync(step.parts, step.at)
      case 'writeByThread':
        return this.#wait(file.write(step.parts, step.at))
      case 'read': {
        const into = Buffer.alloc(step.bytes)
        const count = file.readSync(into, step.at)
        return into.toString('hex', 0, count)
      }
      case 'truncate':
        return file.truncateSync(step.at)
      case 'size':
        return file.size()
      case 'sync':
        return this.#wait(file.sync())
      case 'close':
        this.#file = null
        return this.#wait(file.close())
    }
  }

  async #named(step: Extract<Step, { path: string }>, path: string): Promise<unknown> {
    const files = this.#files
    switch (step.do) {
      case 'open': {
        const file = files.open(path, { create: step.create, exclusive: step.exclusive })
        await this.#file?.close()
        this.#file = file
        return file.size()
      }
      case 'list':
        return [...files.list(path)].sort()
      case 'stat': {
        const facts = files.stat(path)
        return facts && { isDirectory: facts.isDirectory, sizeBytes: facts.isDirectory ? 0 : facts.sizeBytes }
      }
      case 'makeDir':
        return files.makeDir(path)
      case 'readFile':
        return files.readFile(path).toString('hex')
      case 'remove':
      case 'removeTree':
      case 'syncDir':
        return this.#wait(files[step.do](path))
      case 'rename':
        return this.#wait(files.rename(path, join(this.#root, step.to)))
      case 'replaceFile':
        return this.#wait(files.replaceFile(path, step.content))
    }
  }

  async end(): Promise<void> {
    await this.#file?.close()
  }
}

test('any steps have the same outcome on real and on simulated files', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async steps => {
      const dir = fs.mkdtempSync(join(tmpdir(), 'odradek-alike-'))
      const world = new World({ seed: 1 })
      const simulated = simulatedPlatform(world).files
      simulated.makeDir('/root')
      const one = new Subject(nodeFiles, dir, promise => promise)
      const other = new Subject(simulated, '/root', promise => world.until(promise))
      try {
        for (const each of steps) {
          const [real, imagined] = [await one.take(each), await other.take(each)]
          expect({ step: each, gave: imagined }).toEqual({ step: each, gave: real })
        }
      } finally {
        await one.end()
        fs.rmSync(dir, { recursive: true, force: true })
      }
    }),
    { seed: 31, numRuns: 100 },
  )
})
