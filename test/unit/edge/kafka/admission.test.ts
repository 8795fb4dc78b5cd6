/** Who comes in, who waits, and who is sent away. */
import { Admission } from '../../../../src/edge/kafka/admission'
import type { Complaints } from '../../../../src/edge/kafka/complaints'
import { Crowd } from '../../../../src/edge/kafka/crowd'
import type { Connection, ConnectionEvents } from '../../../../src/platform/network'

interface Guest {
  readonly connection: Connection
  readonly events: ConnectionEvents
  readonly heard: string[]
}

function opened() {
  const limits = {
    max: Infinity,
    ofAddress: new Map<string, number>(),
    rate: 0x7fff_ffff,
    rateOf: new Map<string, number>(),
  }
  const world = { nowMs: 0 }
  let timers: { atMs: number; run: () => void }[] = []
  const inside: Connection[] = []
  const heard = new Map<Connection, string[]>()
  const crowd = new Crowd({
    maxConnections: () => limits.max,
    maxConnectionsOf: address => limits.ofAddress.get(address) ?? Infinity,
    creationRate: () => limits.rate,
    creationRateOf: address => limits.rateOf.get(address),
    windows: () => ({ count: 11, windowMs: 1000 }),
  })
  const around = {
    crowd,
    clock: { now: () => 0, monotonic: () => world.nowMs },
    timers: {
      after(ms: number, run: () => void) {
        const timer = { atMs: world.nowMs + ms, run }
        timers.push(timer)
        return () => void (timers = timers.filter(one => one !== timer))
      },
      endOfTurn() {},
    },
    complaints: { about() {} } as unknown as Complaints,
  }
  const admissionOf = (own: { max: number; rate: number }) => {
    const admission: Admission = new Admission(
      { ...around, maxOfListener: () => own.max, rateOfListener: () => own.rate },
      connection => {
        inside.push(connection)
        return {
          data: chunk => void heard.get(connection)!.push(chunk.toString()),
          closed: () => leave(connection, admission),
        }
      },
    )
    return admission
  }
  const admission = admissionOf({ max: Infinity, rate: 0x7fff_ffff })
  const leave = (connection: Connection, by: Admission) => {
    inside.splice(inside.indexOf(connection), 1)
    by.left(connection.remote.host)
  }
  const come = (host = '10.0.0.1', by = admission): Guest => {
    let events: ConnectionEvents | null = null
    const connection = {
      remote: { host, port: 1 },
      pause() {},
      resume() {},
      destroy: () => events?.closed(null),
    } as unknown as Connection
    const own: string[] = []
    heard.set(connection, own)
    events = by.came(connection)
    return { connection, events, heard: own }
  }
  const pass = (ms: number) => {
    world.nowMs += ms
    for (let due = timers.find(({ atMs }) => atMs <= world.nowMs); due; due = timers.find(t => t.atMs <= world.nowMs)) {
      timers = timers.filter(one => one !== due)
      due.run()
    }
  }
  const isInside = ({ connection }: Guest) => inside.includes(connection)
  return { limits, admission, admissionOf, come, pass, isInside, inside }
}

test('one more than max.connections waits for another to leave, and what it said meanwhile is not lost', () => {
  const { limits, come, isInside } = opened()
  limits.max = 1
  const [first, second, third] = [come(), come(), come('10.0.0.2')]
  second.events.data(Buffer.from('hello'))
  expect([first, second, third].map(isInside)).toEqual([true, false, false])
  first.events.closed(null)
  expect([second, third].map(isInside)).toEqual([true, false])
  expect(second.heard).toEqual(['hello'])
  second.events.closed(null)
  expect(isInside(third)).toBe(true)
})

test('who gives up while waiting is forgotten', () => {
  const { limits, come, isInside } = opened()
  limits.max = 1
  const [first, second, third] = [come(), come(), come()]
  second.events.closed(null)
  first.events.closed(null)
  expect([second, third].map(isInside)).toEqual([false, true])
})

test('an address has so many connections, others have theirs', () => {
  const { limits, come, pass, isInside, inside } = opened()
  limits.ofAddress.set('10.0.0.1', 1)
  const [first, second, other] = [come(), come(), come('10.0.0.2')]
  expect([first, second, other].map(isInside)).toEqual([true, false, true])
  pass(0)
  first.events.closed(null)
  expect(inside).toHaveLength(1)
  expect(isInside(come())).toBe(true)
})

test('an address that is faster than its quota hears nothing for a while, and then the end', () => {
  const { limits, come, pass, isInside } = opened()
  limits.rateOf.set('10.0.0.1', 1)
  const guests = Array.from({ length: 11 }, () => come())
  expect(guests.map(isInside)).toEqual([...Array.from({ length: 10 }, () => true), false])
  const late = guests[10]!
  let isOver = false
  const { closed } = late.events
  late.events.closed = error => {
    isOver = true
    closed.call(late.events, error)
  }
  expect(isInside(come('10.0.0.2'))).toBe(true)
  pass(500)
  late.events.data(Buffer.from('hello?'))
  expect(isOver).toBe(false)
  pass(500)
  expect(isOver).toBe(true)
  expect(late.heard).toEqual([])
  // Who was sent away did not count, and the windows have moved on.
  pass(10_000)
  expect(isInside(come())).toBe(true)
})

test('faster than max.connection.creation.rate: the line moves on when it is time, nobody is sent away', () => {
  const { limits, come, pass, isInside } = opened()
  limits.rate = 1
  const guests = Array.from({ length: 13 }, () => come())
  expect(guests.filter(isInside)).toHaveLength(11)
  pass(999)
  expect(guests.filter(isInside)).toHaveLength(11)
  pass(1)
  expect(guests.filter(isInside)).toHaveLength(12)
  limits.rate = 0x7fff_ffff
  pass(1000)
  expect(guests.filter(isInside)).toHaveLength(13)
})

test('at the end all who wait are sent away', () => {
  const { limits, admission, come, isInside } = opened()
  limits.max = 1
  const [first, second] = [come(), come()]
  admission.close()
  first.events.closed(null)
  expect(isInside(second)).toBe(false)
})

test('a listener has room of its own within that of the broker, and what one leaves another may take', () => {
  const { limits, admissionOf, come, isInside } = opened()
  limits.max = 3
  const [small, large] = [admissionOf({ max: 1, rate: 0x7fff_ffff }), admissionOf({ max: 9, rate: 0x7fff_ffff })]
  const [first, second] = [come('10.0.0.1', small), come('10.0.0.1', small)]
  const [third, fourth] = [come('10.0.0.1', large), come('10.0.0.1', large)]
  const fifth = come('10.0.0.1', large)
  expect([first, second, third, fourth, fifth].map(isInside)).toEqual([true, false, true, true, false])
  third.connection.destroy()
  expect([second, fifth].map(isInside)).toEqual([false, true])
  first.connection.destroy()
  expect(isInside(second)).toBe(true)
})

test('a listener takes connections at a pace of its own', () => {
  const { admissionOf, come, pass, isInside } = opened()
  const [slow, quick] = [admissionOf({ max: 9, rate: 1 }), admissionOf({ max: 9, rate: 0x7fff_ffff })]
  const guests = Array.from({ length: 20 }, () => come('10.0.0.1', slow))
  expect(guests.every(isInside)).toBe(false)
  expect(isInside(come('10.0.0.1', quick))).toBe(true)
  for (let second = 0; second < 30; second++) pass(1000)
  expect(guests.filter(isInside)).toHaveLength(9)
})

test('an address has as many connections as it may over all listeners', () => {
  const { limits, admissionOf, come, isInside, pass } = opened()
  limits.ofAddress.set('10.0.0.1', 1)
  const [one, other] = [0, 1].map(() => admissionOf({ max: 9, rate: 0x7fff_ffff }))
  expect([come('10.0.0.1', one), come('10.0.0.1', other), come('10.0.0.2', other)].map(isInside)).toEqual([
    true,
    false,
    true,
  ])
  pass(1)
})
