/** Who connects before the broker is ready waits, and is served then. */
import { Door, type DoorRoom } from '../../../../src/edge/kafka/door'
import type { Connection, ConnectionEvents } from '../../../../src/platform/network'
import { Machine } from '../../../../src/platform/simulated/machine'
import { SimulatedNet } from '../../../../src/platform/simulated/network'
import { World } from '../../../../src/platform/simulated/world'

const address = { host: 'there', port: 9092 }

/** One end of a connection, and what it heard. */
class End implements ConnectionEvents {
  heard = ''
  isClosed = false
  connection!: Connection

  readonly owner = (connection: Connection): ConnectionEvents => {
    this.connection = connection
    return this
  }
  data(chunk: Buffer): void {
    this.heard += chunk.toString()
  }
  closed(): void {
    this.isClosed = true
  }
}

async function town(room?: DoorRoom) {
  const world = new World({ seed: 11 })
  const net = new SimulatedNet(world)
  const [here, there] = ['here', 'there'].map(name => new Machine(net, name).boot())
  const door = await world.until(Door.open({ ...there!, ...(room && { room }) }, address))
  const connect = async () => {
    const client = new End()
    await world.until(here!.network.connect(address, client.owner))
    return client
  }
  return { world, there: there!, door, connect }
}

test('what was said while waiting is heard, in order, and then the rest', async () => {
  const { world, door, connect } = await town()
  const client = await connect()
  const said = 'x'.repeat(100_000)
  client.connection.write([Buffer.from(said)])
  await world.runFor(1_000)
  const server = new End()
  door.welcome(server.owner)
  await world.runFor(1_000)
  expect(server.heard).toBe(said)
  client.connection.write([Buffer.from('more')])
  server.connection.write([Buffer.from('answer')])
  await world.runFor(1_000)
  expect([server.heard.length, client.heard]).toEqual([said.length + 4, 'answer'])
  client.connection.end()
  await world.runFor(1_000)
  expect(server.isClosed).toBe(true)
})

test('who comes after the welcome goes straight in, and who has gone is not missed', async () => {
  const { world, door, connect } = await town()
  const impatient = await connect()
  impatient.connection.destroy()
  await world.runFor(1_000)
  const owners: End[] = []
  door.welcome(connection => {
    owners.push(new End())
    return owners.at(-1)!.owner(connection)
  })
  expect(owners).toHaveLength(0)
  const client = await connect()
  client.connection.write([Buffer.from('hello')])
  await world.runFor(1_000)
  expect(owners.map(({ heard }) => heard)).toEqual(['hello'])
})

test('a door that closes sends away those who wait, and gives the port back', async () => {
  const { world, there, door, connect } = await town()
  const client = await connect()
  await world.until(door.close())
  await world.until(door.close())
  await world.runFor(1_000)
  expect(client.isClosed).toBe(true)
  await expect(world.until(Door.open(there, address))).resolves.toBeInstanceOf(Door)
})

test('who has waited for long is closed, so that it does not take the broker for an old one, and may come again', async () => {
  const { world, door, connect } = await town()
  const [first, second] = [await connect(), await connect()]
  await world.runFor(4_000)
  expect(first.isClosed).toBe(false)
  second.connection.destroy()
  const later = await connect()
  await world.runFor(2_000)
  expect([first.isClosed, later.isClosed]).toEqual([true, false])
  const server = new End()
  door.welcome(server.owner)
  later.connection.write([Buffer.from('hello')])
  await world.runFor(60_000)
  expect([later.isClosed, server.heard]).toEqual([false, 'hello'])
})

test('a port that is taken is refused', async () => {
  const { world, there } = await town()
  await expect(world.until(Door.open(there, address))).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

test('who finds no room is closed and told of, and another comes in for each who leaves', async () => {
  let refused = 0
  const { world, there, door, connect } = await town({ max: 2, refused: () => void refused++ })
  const [waiting, inside] = [await connect(), await connect()]
  const early = await connect()
  await world.runFor(1_000)
  const owners: End[] = []
  door.welcome(connection => {
    owners.push(new End())
    return owners.at(-1)!.owner(connection)
  })
  const late = await connect()
  await world.runFor(1_000)
  expect([waiting, inside, early, late].map(({ isClosed }) => isClosed)).toEqual([false, false, true, true])
  expect([refused, owners.length, there.network.acceptedCount]).toEqual([2, 2, 2])
  waiting.connection.destroy()
  await world.runFor(1_000)
  const next = await connect()
  await world.runFor(1_000)
  expect(next.isClosed).toBe(false)
  expect([refused, owners.length, there.network.acceptedCount]).toEqual([2, 3, 2])
})
