import type { Connection, ConnectionEvents } from '../../../../src/platform/network'
import type { Platform } from '../../../../src/platform/platform'
import { Machine } from '../../../../src/platform/simulated/machine'
import { SimulatedNet } from '../../../../src/platform/simulated/network'
import { World } from '../../../../src/platform/simulated/world'

class Side {
  bytes = Buffer.alloc(0)
  chunks = 0
  drains = 0
  closed: Error | null | undefined = undefined
  connection!: Connection
  readonly kept: Buffer[] = []
  events = (connection: Connection): ConnectionEvents => {
    this.connection = connection
    this.closed = undefined
    let closes = 0
    return {
      data: chunk => {
        this.bytes = Buffer.concat([this.bytes, chunk])
        this.chunks += 1
        this.kept.push(chunk)
      },
      drain: () => {
        this.drains += 1
      },
      closed: error => {
        closes += 1
        expect(closes).toBe(1)
        this.closed = error
      },
    }
  }
}

async function town(seed: number) {
  const world = new World({ seed })
  const net = new SimulatedNet(world)
  const [here, there] = [new Machine(net, 'here'), new Machine(net, 'there')]
  const [a, b] = [here.boot(), there.boot()] as [Platform, Platform]
  const server = new Side()
  const listener = await world.until(b.network.listen({ host: 'there', port: 9092 }, server.events))
  const client = new Side()
  const connect = (side = client) => world.until(a.network.connect({ host: 'there', port: 9092 }, side.events))
  return { world, net, here, there, a, b, server, client, listener, connect }
}

test('all bytes arrive in order, in pieces of any size, and a slice kept without a copy is spoiled', async () => {
  const chunkCounts = new Set<number>()
  for (let seed = 0; seed < 50; seed += 1) {
    const { world, server, client, connect } = await town(seed)
    await connect()
    const sent = world.dice('sent').bytes(300_000)
    client.connection.write([sent.subarray(0, 7), sent.subarray(7, 100_000)])
    client.connection.write([sent.subarray(100_000)])
    await world.runFor(1000)
    expect(server.bytes.equals(sent)).toBe(true)
    expect(server.kept[0]!.every(byte => byte === 0xdb)).toBe(true)
    chunkCounts.add(server.chunks)
    server.connection.write([Buffer.from('answer')])
    await world.runFor(10)
    expect(client.bytes.toString()).toBe('answer')
  }
  expect(chunkCounts.size).toBeGreaterThan(3)
})

test('a peer that does not read makes write say so; then nothing is lost and drain comes', async () => {
  const { world, server, client, connect } = await town(1)
  await connect()
  server.connection.pause()
  let pieces = 0
  do pieces += 1
  while (client.connection.write([Buffer.alloc(100_000, pieces)]))
  await world.runFor(100)
  expect(client.drains).toBe(0)
  const queued = client.connection.queuedBytes()
  expect(queued).toBeGreaterThan(0)
  server.connection.resume()
  await world.runFor(1000)
  expect(client.drains).toBe(1)
  expect(client.connection.queuedBytes()).toBe(0)
  expect(server.bytes.length).toBe(pieces * 100_000)
})

test('end delivers what was written, both sides are closed once', async () => {
  for (let seed = 0; seed < 30; seed += 1) {
    const { world, server, client, connect } = await town(seed)
    await connect()
    client.connection.write([Buffer.alloc(500_000, 1)])
    client.connection.end()
    expect(client.connection.write([Buffer.from('late')])).toBe(false)
    server.connection.write([Buffer.from('bye')])
    await world.runFor(1000)
    expect(server.bytes.length).toBe(500_000)
    expect(client.bytes.toString()).toBe('bye')
    expect([server.closed, client.closed]).toEqual([null, null])
  }
})

test('destroy, kill and cut close the far side; no power says nothing until it is back', async () => {
  const { world, net, there, server, client, connect } = await town(4)
  await connect()
  server.connection.destroy()
  await world.runFor(100)
  expect(server.closed).toBeNull()
  expect(client.closed).not.toBeUndefined()

  const cut = new Side()
  await connect(cut)
  net.cut('here', 'there')
  await world.runFor(100)
  expect(cut.closed).toMatchObject({ code: 'ECONNRESET' })

  const silent = new Side()
  await connect(silent)
  there.crash()
  await world.runFor(60_000)
  silent.connection.write([Buffer.from('anybody?')])
  await world.runFor(60_000)
  expect(silent.closed).toBeUndefined()
  await expect(connect(new Side())).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  there.boot()
  silent.connection.write([Buffer.from('hello?')])
  await world.runFor(100)
  expect(silent.closed).toMatchObject({ code: 'ECONNRESET' })
  await expect(connect(new Side())).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('kill resets connections at once', async () => {
  const { world, there, client, connect } = await town(5)
  await connect()
  there.kill()
  await world.runFor(100)
  expect(client.closed).toMatchObject({ code: 'ECONNRESET' })
  await expect(connect(new Side())).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('a severed direction holds bytes up and lets the other pass; mending delivers them', async () => {
  const { world, net, server, client, connect } = await town(6)
  await connect()
  net.sever('here', 'there')
  client.connection.write([Buffer.from('held up')])
  server.connection.write([Buffer.from('passes')])
  await world.runFor(1000)
  expect(client.bytes.toString()).toBe('passes')
  expect(server.bytes.length).toBe(0)
  await expect(connect(new Side())).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  net.mend()
  await world.runFor(1000)
  expect(server.bytes.toString()).toBe('held up')
})

test('ports: taken, given back, free ones', async () => {
  const { world, b, listener, server, client, connect } = await town(7)
  const again = () => world.until(b.network.listen({ host: '', port: 9092 }, server.events))
  await expect(again()).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await connect()
  await listener.close()
  expect((await again()).address).toEqual({ host: 'there', port: 9092 })
  client.connection.write([Buffer.from('x')])
  await world.runFor(100)
  expect(server.bytes.toString()).toBe('x')
  const free = await world.until(b.network.listen({ host: '', port: 0 }, server.events))
  expect(free.address.port).toBeGreaterThan(0)
  const loop = new Side()
  await world.until(b.network.connect({ host: 'localhost', port: free.address.port }, loop.events))
  expect(loop.connection.remote).toEqual(free.address)
})
