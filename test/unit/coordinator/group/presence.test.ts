import { Presence } from '../../../../src/coordinator/group/presence'
import { World } from '../../../../src/platform/simulated/world'
import { FakeConnection, timersOf } from '../../../support/worlds'

function make(evictAfterMs = 250) {
  const world = new World({ seed: 1 })
  const timers = timersOf(world)
  const evicted: string[] = []
  const presence = new Presence(
    timers,
    () => evictAfterMs,
    (groupId, memberId) => evicted.push(`${groupId}/${memberId}`),
  )
  let connections = 0
  return { world, presence, evicted, connect: () => new FakeConnection(++connections, timers) }
}

test('members go a while after their connection', async () => {
  const { world, presence, evicted, connect } = make()
  const connection = connect()
  presence.seen(connection, 'g', 'a')
  presence.seen(connection, 'h', 'b')
  presence.seen(connection, 'g', 'a')
  connection.close()
  await world.run(249)
  expect(evicted).toEqual([])
  await world.run(251)
  expect(evicted).toEqual(['g/a', 'h/b'])
  expect(presence.size).toBe(0)
})

test('a member that another connection carries on stays', async () => {
  const { world, presence, evicted, connect } = make()
  const [old, before, after] = [connect(), connect(), connect()]
  for (const member of ['a', 'b', 'c']) presence.seen(old, 'g', member)
  presence.seen(before, 'g', 'a')
  old.close()
  await world.run(100)
  presence.seen(after, 'g', 'b')
  await world.run(1000)
  expect(evicted).toEqual(['g/c'])
  after.close()
  await world.run(2000)
  expect(evicted).toEqual(['g/c', 'g/b'])
})

test('a member that left is not evicted', async () => {
  const { world, presence, evicted, connect } = make()
  const connection = connect()
  presence.seen(connection, 'g', 'a')
  presence.forget('g', 'a')
  presence.forget('g', 'nobody')
  connection.close()
  await world.run(1000)
  expect(evicted).toEqual([])
})

test('names do not run into each other', async () => {
  const { world, presence, evicted, connect } = make()
  const [one, other] = [connect(), connect()]
  presence.seen(one, 'a/b', 'c')
  presence.seen(other, 'a', 'b/c')
  one.close()
  await world.run(1000)
  expect(evicted).toEqual(['a/b/c'])
  expect(presence.size).toBe(1)
})

test('a connection that was closed already', async () => {
  const { world, presence, evicted, connect } = make()
  const connection = connect()
  connection.close()
  presence.seen(connection, 'g', 'a')
  await world.run(1000)
  expect(evicted).toEqual(['g/a'])
})

test('nothing is kept where members outlive their connections', () => {
  const { presence, connect } = make(-1)
  presence.seen(connect(), 'g', 'a')
  expect(presence.size).toBe(0)
})

test('one connection cannot make it grow for ever', () => {
  const { presence, connect } = make()
  const connection = connect()
  for (let member = 0; member < 5_000; member += 1) presence.seen(connection, 'g', `m${member}`)
  expect(presence.size).toBe(1_000)
})
