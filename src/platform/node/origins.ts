/**
 * Where in the code of this process a connection was opened. Node tells whoever listens when a socket is made, so nothing
 * is patched; who listens takes the stack of that moment.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import type { Cancel } from '../clock'

const channel = 'net.client.socket'
/** Stacks of clients are deep: libraries wait for each other before they connect. */
const framesMax = 60
const rememberedMax = 1_000

export class Origins {
  readonly #byLocalPort = new Map<number, string>()
  #watchers = 0

  /** Remembers from now on, until the result is called. */
  watch(): Cancel {
    if (this.#watchers++ === 0) subscribe(channel, this.#made)
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      if (--this.#watchers === 0) unsubscribe(channel, this.#made)
    }
  }

  /** `orders.test.ts:41`, by the port at this process's end of the connection; null when that is not known. */
  of(localPort: number): string | null {
    return this.#byLocalPort.get(localPort) ?? null
  }

  readonly #made = (message: unknown): void => {
    const { socket } = message as { socket: Socket }
    const place = placeIn(stackHere())
    if (place === null) return
    socket.once('connect', () => {
      const port = socket.localPort
      if (port === undefined) return
      this.#byLocalPort.set(port, place)
      if (this.#byLocalPort.size > rememberedMax) this.#byLocalPort.delete(this.#byLocalPort.keys().next().value!)
    })
  }
}

function stackHere(): string {
  const before = Error.stackTraceLimit
  Error.stackTraceLimit = framesMax
  const { stack } = new Error()
  Error.stackTraceLimit = before
  return stack ?? ''
}

const ours = __dirname.replace(/[\\/]platform[\\/]node$/, '')

/** The first place of a stack that is neither Node's, nor a package's, nor ours: `file:line`, the folder left out. */
export function placeIn(stack: string): string | null {
  for (const line of stack.split('\n').slice(1)) {
    const [, path, number] = /\(?((?:file:\/\/)?[^()\s]*[\\/][^()]+?):(\d+):\d+\)?$/.exec(line.trim()) ?? []
    if (path === undefined || path.includes('node:') || /[\\/]node_modules[\\/]/.test(path)) continue
    if (path.startsWith(ours) || path.startsWith(`file://${ours}`)) continue
    return `${path.split(/[\\/]/).at(-1)}:${number}`
  }
  return null
}

export const nodeOrigins = new Origins()
