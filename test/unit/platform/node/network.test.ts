import type { Connection, ConnectionEvents } from '../../../../src/platform/network'
import { nodeNetwork } from '../../../../src/platform/node/network'
import { Deferred } from '../../../../src/platform/collections'

/** Collects what one side of a connection sees. */
function watcher() {
  const chunks: Buffer[] = []
  const closed = new Deferred<Error | null>()
  let wanted = Infinity
  const arrived = new Deferred<Buffer>()
  const size = (): number => chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  const events: ConnectionEvents = {
    data(chunk) {
      chunks.push(Buffer.from(chunk))
      if (size() >= wanted) arrived.resolve(Buffer.concat(chunks))
    },
    closed: error => closed.resolve(error),
  }
  return {
    events,
    size,
    closed: closed.promise,
    until(bytes: number): Promise<Buffer> {
      wanted = bytes
      if (size() >= wanted) arrived.resolve(Buffer.concat(chunks))
      return arrived.promise
    },
  }
}

async function pair() {
  const accepted = new Deferred<Connection>()
  const serverSide = watcher()
  const listener = await nodeNetwork.listen({ host: '127.0.0.1', port: 0 }, connection => {
    accepted.resolve(connection)
    return serverSide.events
  })
  const clientSide = watcher()
  const client = await nodeNetwork.connect(listener.address, () => clientSide.events)
  return { listener, client, clientSide, server: await accepted.promise, serverSide }
}

test('bytes go both ways, gathered writes stay in order', async () => {
  const { listener, client, clientSide, server, serverSide } = await pair()
  expect(server.remote).toEqual(client.local)
  expect(server.local).toEqual(listener.address)
  client.write([Buffer.from('one '), Buffer.from('two '), Buffer.from('three')])
  expect((await serverSide.until(13)).toString()).toBe('one two three')
  server.write([Buffer.from('answer')])
  expect((await clientSide.until(6)).toString()).toBe('answer')
  client.end()
  expect(await serverSide.closed).toBeNull()
  expect(await clientSide.closed).toBeNull()
  expect(client.write([Buffer.from('late')])).toBe(false)
  await listener.close()
})

test('who has room for what comes gets it there, and what follows as ever', async () => {
  const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => i % 251))
  const into = Buffer.alloc(2_000_000)
  let filled = 0
  let placedBytes = 0
  const rest: Buffer[] = []
  const done = new Deferred<void>()
  const listener = await nodeNetwork.listen({ host: '127.0.0.1', port: 0 }, () => ({
    room: () => (filled < into.length ? into.subarray(filled) : null),
    data(chunk) {
      if (chunk.buffer === into.buffer) placedBytes += chunk.length
      if (filled < into.length) filled += chunk.copy(into, filled)
      else rest.push(Buffer.from(chunk))
      if (filled + rest.reduce((sum, { length }) => sum + length, 0) === bytes.length) done.resolve()
    },
    closed() {},
  }))
  const client = await nodeNetwork.connect(listener.address, () => ({ data() {}, closed() {} }))
  client.write([bytes])
  await done.promise
  expect(Buffer.concat([into, ...rest]).equals(bytes)).toBe(true)
  // The first read may have been begun before anybody was asked.
  expect(placedBytes).toBeGreaterThan(1_900_000)
  client.end()
  await listener.close()
})

test('a peer that does not read is told by write, and drain says when it does', async () => {
  const drained = new Deferred<void>()
  const serverSide = watcher()
  const accepted = new Deferred<Connection>()
  const listener = await nodeNetwork.listen({ host: '127.0.0.1', port: 0 }, connection => {
    accepted.resolve(connection)
    return { ...serverSide.events, drain: () => drained.resolve() }
  })
  const clientSide = watcher()
  const client = await nodeNetwork.connect(listener.address, () => clientSide.events)
  client.pause()
  const server = await accepted.promise
  const piece = Buffer.alloc(1 << 20, 7)
  let pieces = 1
  while (server.write([piece, piece.subarray(0, 1)])) pieces += 1
  expect(server.queuedBytes()).toBeGreaterThan(0)
  client.resume()
  await drained.promise
  expect(server.queuedBytes()).toBe(0)
  await clientSide.until(pieces * (piece.length + 1))
  expect(clientSide.size()).toBe(pieces * (piece.length + 1))
  server.destroy()
  await clientSide.closed
  await listener.close()
})

test('end sends what is queued, destroy does not wait', async () => {
  const { listener, client, clientSide, server, serverSide } = await pair()
  const much = Buffer.alloc(8 << 20, 1)
  server.write([much])
  server.end()
  await clientSide.until(much.length)
  expect(await clientSide.closed).toBeNull()
  expect(await serverSide.closed).toBeNull()
  client.destroy()
  client.destroy()
  await listener.close()
})

test('errors of listen and connect have codes; a closed listener gives its port back while connections live on', async () => {
  const { listener, client, server, serverSide } = await pair()
  const noEvents = (): ConnectionEvents => ({ data() {}, closed() {} })
  await expect(nodeNetwork.listen(listener.address, noEvents)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await listener.close()
  await expect(nodeNetwork.connect(listener.address, noEvents)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  client.write([Buffer.from('still here')])
  expect((await serverSide.until(10)).toString()).toBe('still here')
  const second = await nodeNetwork.listen(listener.address, noEvents)
  expect(second.address).toEqual(listener.address)
  await second.close()
  server.destroy()
  client.destroy()
})

test('a host of no name listens on all addresses and shows IPv4 peers as such', async () => {
  const accepted = new Deferred<Connection>()
  const listener = await nodeNetwork.listen({ host: '', port: 0 }, connection => {
    accepted.resolve(connection)
    return watcher().events
  })
  const client = await nodeNetwork.connect({ host: '127.0.0.1', port: listener.address.port }, () => watcher().events)
  const server = await accepted.promise
  expect(server.remote.host).toBe('127.0.0.1')
  client.destroy()
  server.destroy()
  await listener.close()
})
