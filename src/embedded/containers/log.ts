/** Lines of a broker's log as containers give theirs: as streams, the first lines of which are there already. */
import { Readable } from 'node:stream'

const keptMax = 1_000
/** Who does not read loses what comes later. */
const unreadBytesMax = 1024 * 1024

export class ContainerLog {
  readonly #lines: string[] = []
  readonly #streams = new Set<Readable>()
  #isOver = false

  readonly add = (line: string): void => {
    this.#lines.push(`${line}\n`)
    if (this.#lines.length > keptMax) this.#lines.shift()
    for (const stream of this.#streams) {
      if (stream.readableLength < unreadBytesMax) stream.push(`${line}\n`)
    }
  }

  /** Ends when the broker does. */
  stream(): Readable {
    const stream = new Readable({ read() {} })
    for (const line of this.#lines) stream.push(line)
    if (this.#isOver) {
      stream.push(null)
      return stream
    }
    this.#streams.add(stream)
    stream.once('close', () => void this.#streams.delete(stream))
    return stream
  }

  end(): void {
    this.#isOver = true
    for (const stream of this.#streams) stream.push(null)
    this.#streams.clear()
  }
}
