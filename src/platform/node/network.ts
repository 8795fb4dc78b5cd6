/**
 * TCP by Node's net module. Nagle's algorithm is off, since the edge gathers replies itself; keep-alive is on, as in
 * Kafka, so that a peer that vanished without a word is noticed in the end.
 */
import * as net from 'node:net'
import { nodeTimers } from './clock'
import type { Address, Connection, ConnectionEvents, Listener, Network } from '../network'

/** How much a peer may be behind before `write` says so; also what may arrive after `pause`. */
const highWaterMarkBytes = 256 * 1024

/** Sockets that listen on both families give IPv4 peers as ::ffff:a.b.c.d; people and ACLs mean a.b.c.d. */
function hostOf(host: string | undefined): string {
  return host === undefined ? '' : host.startsWith('::ffff:') && host.includes('.') ? host.slice(7) : host
}

class TcpConnection implements Connection {
  readonly remote: Address
  readonly local: Address
  readonly #socket: net.Socket

  constructor(socket: net.Socket) {
    this.#socket = socket
    this.remote = { host: hostOf(socket.remoteAddress), port: socket.remotePort ?? 0 }
    this.local = { host: hostOf(socket.localAddress), port: socket.localPort ?? 0 }
  }

  write(buffers: readonly Uint8Array[], gone?: () => void): boolean {
    const socket = this.#socket
    if (socket.destroyed || socket.writableEnded) return false
    const last = buffers.length - 1
    // Between cork and uncork Node gathers, and then hands all of it to one writev.
    if (buffers.length > 1) socket.cork()
    // Node tells when the system has a buffer, or when it is given up.
    for (let i = 0; i <= last; i++) socket.write(buffers[i]!, i === last ? gone : undefined)
    if (buffers.length > 1) socket.uncork()
    // Not what socket.write said: that is false for anything long, even when the system has taken it all meanwhile.
    return socket.writableLength < highWaterMarkBytes
  }

  queuedBytes(): number {
    return this.#socket.writableLength
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  end(): void {
    this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }
}

/** Hands the socket to its owner, and the owner's handlers to the socket, within one turn: no event can come between. */
function attach(
  socket: net.Socket,
  owner: (connection: Connection) => ConnectionEvents,
  isAccepted: boolean,
): Connection {
  const connection = new TcpConnection(socket)
  const events = owner(connection)
  socket.on('data', chunk => events.data(chunk as Buffer))
  watch(socket, events, isAccepted)
  return connection
}

/** Over all listeners: what is counted are files of the process. */
let acceptedCount = 0

function watch(socket: net.Socket, events: ConnectionEvents, isAccepted: boolean): void {
  let failure: Error | null = null
  socket.on('error', error => {
    failure = error
  })
  socket.on('drain', () => events.drain?.())
  socket.on('close', () => {
    if (isAccepted) acceptedCount -= 1
    events.closed(failure)
  })
}

/**
 * What arrives on accepted connections lands here, whichever connection it is: owners are done with a chunk when `data`
 * returns, so one buffer serves all, stays in the processor's cache, and makes no garbage. Long frames make room of their own.
 */
const arrivalBytes = 64 * 1024
let arrivals: Buffer | null = null

interface RawSocket extends net.Socket {
  _handle: object | null
}

/**
 * Reads an accepted connection into the shared buffer. A server's sockets cannot be told to (`onread` is an option of
 * `new Socket` only), so the handle moves to a socket that can. Null where Node does not let it.
 */
function rehandled(
  raw: net.Socket,
  data: (chunk: Buffer) => void,
  room: () => Buffer | null | undefined,
): net.Socket | null {
  const handle = (raw as RawSocket)._handle
  if (!handle) return null
  arrivals ??= Buffer.allocUnsafeSlow(arrivalBytes)
  const shared = arrivals
  let current: Buffer | null = null
  const onread = {
    // Asked before the first read and after each one; null keeps the buffer that there is.
    buffer: () => {
      const next = room() ?? shared
      return next === current ? null : (current = next)
    },
    callback: (bytes: number, buffer: Buffer) => {
      data(buffer.subarray(0, bytes))
      return true
    },
  }
  const options = { handle, onread, highWaterMark: highWaterMarkBytes } as unknown as net.SocketConstructorOpts
  const socket = new net.Socket(options)
  ;(raw as RawSocket)._handle = null
  raw.destroy()
  return socket
}

function accepted(raw: net.Socket, owner: (connection: Connection) => ConnectionEvents, holds: boolean): void {
  let events: ConnectionEvents | null = null
  const socket = rehandled(
    raw,
    chunk => events?.data(chunk),
    () => events?.room?.(),
  )
  acceptedCount += 1
  if (!holds) (socket ?? raw).unref()
  if (!socket) {
    attach(raw, owner, true)
    raw.resume()
    return
  }
  socket.setNoDelay(true)
  socket.setKeepAlive(true)
  const connection = new TcpConnection(socket)
  events = owner(connection)
  watch(socket, events, true)
  socket.resume()
  socket.read(0)
}

class TcpListener implements Listener {
  readonly address: Address
  readonly #server: net.Server

  constructor(server: net.Server) {
    this.#server = server
    const bound = server.address() as net.AddressInfo
    this.address = { host: hostOf(bound.address), port: bound.port }
  }

  close(): Promise<void> {
    // The callback of close waits for the last connection to end, but the port is given back at once.
    this.#server.close()
    return new Promise(resolve => nodeTimers.endOfTurn(resolve))
  }
}

/** `holds` says whether a listener and the connections to it keep the process alive. */
function networkThat(holds: boolean): Network {
  return {
    get acceptedCount() {
      return acceptedCount
    },
    listen({ host, port }, accept) {
      return new Promise<Listener>((resolve, reject) => {
        const server = net.createServer({ pauseOnConnect: true }, socket => accepted(socket, accept, holds))
        server.once('error', reject)
        // In workers of node:cluster a port would be one for all of them, and connections would come to any.
        server.listen({ port, exclusive: true, ...(host === '' ? {} : { host }) }, () => {
          server.off('error', reject)
          // What may still come (EMFILE on accept) leaves the listener listening; the peer that was refused tries again.
          server.on('error', () => {})
          if (!holds) server.unref()
          resolve(new TcpListener(server))
        })
      })
    },
    connect,
  }
}

function connect({ host, port }: Address, events: (connection: Connection) => ConnectionEvents): Promise<Connection> {
  return new Promise<Connection>((resolve, reject) => {
    const socket = new net.Socket({ highWaterMark: highWaterMarkBytes } as net.SocketConstructorOpts)
    socket.once('error', reject)
    socket.connect({ host, port, noDelay: true, keepAlive: true }, () => {
      socket.off('error', reject)
      resolve(attach(socket, events, false))
    })
  })
}

export const nodeNetwork = networkThat(true)

/** The same for a broker that is a guest in its process: what it listens on keeps nobody from ending. */
export const guestNetwork = networkThat(false)
