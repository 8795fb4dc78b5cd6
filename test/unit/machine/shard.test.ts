import type { KeyValue, Origin } from '../../../src/machine/record-log'
import type { Seat } from '../../../src/machine/parking'
import { type Machine, type MachineKind, Shard } from '../../../src/machine/shard'
import { Shards } from '../../../src/machine/shards'
import { type LogFields, type Logger, silentLogger } from '../../../src/platform/logger'
import { World } from '../../../src/platform/simulated/world'
import { Refusal } from '../../../src/protocol/errors'
import { Malformed } from '../../../src/protocol/wire/faults'
import { ListLog } from '../../support/record-logs'
import { timersOf } from '../../support/worlds'

/** A set of names, with people who wait for one to come. */
class Names implements Machine<string> {
  readonly names = new Map<string, number>()
  readonly seats = new Map<string, Seat<string>>()
  readonly ended: [boolean, number][] = []
  replay(name: string, at: { offset: number }): void {
    this.names.set(name, at.offset)
  }
  replayMarker(committed: boolean, origin: Origin): void {
    this.ended.push([committed, origin.producerId])
  }
}

function make(log = new ListLog(), logger: Logger = silentLogger) {
  const world = new World({ seed: 1 })
  const loads: number[] = []
  const kind: MachineKind<Names, string> = {
    create: () => new Names(),
    encode: (name): KeyValue => ({ key: Buffer.from(name), value: null }),
    decode: key => (key.toString().startsWith('?') ? null : key.toString()),
    loaded: machine => loads.push(machine.names.size),
  }
  const ground = { clock: world.clock, timers: timersOf(world), logger }
  const shard = new Shard('names-0', ground, kind, () => log)
  return { world, log, shard, kind, ground, loads }
}

const add = (name: string) => (_machine: Names, turn: { record(name: string): void }) => {
  turn.record(name)
  return `added ${name}`
}

test('a shard answers only once it has loaded', async () => {
  const { shard, loads } = make()
  expect(() => shard.read(() => 0)).toThrow(new Refusal('COORDINATOR_LOAD_IN_PROGRESS'))
  const loading = shard.ready()
  expect(shard.state).toBe('loading')
  expect(() => shard.read(() => 0)).toThrow(new Refusal('COORDINATOR_LOAD_IN_PROGRESS'))
  await loading
  expect(shard.ready()).toBeUndefined()
  expect(shard.read(machine => machine.names.size)).toBe(0)
  expect(loads).toEqual([0])
})

test('where nothing has to be waited for, the answer is there at once', async () => {
  const { shard, log } = make()
  await shard.ready()
  expect(shard.write('add', add('a'))).toBe('added a')
  expect(log.entries).toHaveLength(1)
  expect(shard.read(machine => [...machine.names])).toEqual([['a', 0]])
})

test('what was decided is remembered at once and told once it is durable', async () => {
  const { world, shard, log } = make()
  await shard.ready()
  log.instant = false
  const told: unknown[] = []
  const added = shard.write('add', add('a')) as Promise<string>
  const seen = shard.read(machine => machine.names.has('a')) as Promise<boolean>
  void added.then(reply => told.push(reply))
  void seen.then(reply => told.push(reply))
  await world.run(10)
  expect(told).toEqual([])
  log.sync()
  await world.run(20)
  expect(told).toHaveLength(2)
  expect(told).toEqual(expect.arrayContaining(['added a', true]))
})

test('a refusal, too, waits for what it saw', async () => {
  const { world, shard, log } = make()
  await shard.ready()
  log.instant = false
  void shard.write('add', add('a'))
  let refused: unknown = null
  const refusing = shard.write('no', () => {
    throw new Refusal('UNKNOWN_MEMBER_ID')
  }) as Promise<never>
  refusing.catch(error => {
    refused = error
  })
  await world.run(10)
  expect(refused).toBeNull()
  log.sync()
  await world.run(20)
  expect(refused).toEqual(new Refusal('UNKNOWN_MEMBER_ID'))
  expect(shard.state).toBe('active')
})

test('a failed append unloads the shard; the next caller finds what the log has', async () => {
  const { shard, log, loads } = make()
  await shard.ready()
  void shard.write('add', add('a'))
  log.failAppend = new Error('disk full')
  expect(() => shard.write('add', add('b'))).toThrow(new Refusal('NOT_COORDINATOR'))
  expect(shard.state).toBe('failed')
  expect(() => shard.read(() => 0)).toThrow(new Refusal('NOT_COORDINATOR'))
  log.failAppend = null
  await shard.ready()
  expect(shard.read(machine => [...machine.names.keys()])).toEqual(['a'])
  expect(loads).toEqual([0, 1])
})

test.each([
  ['a refusal', new Refusal('KAFKA_STORAGE_ERROR', 'g-0 has no room'), 'KAFKA_STORAGE_ERROR: g-0 has no room'],
  ['a bug', new Error('oops'), expect.stringMatching(/^Error: oops\n +at /)],
])('of an append that fails by %s, the log says so much', async (_by, failure, says) => {
  const lines: [string, LogFields | undefined][] = []
  const logger = { ...silentLogger, error: (line: string, fields?: LogFields) => void lines.push([line, fields]) }
  const { shard, log } = make(new ListLog(), logger)
  await shard.ready()
  log.failAppend = failure
  expect(() => shard.write('add', add('b'))).toThrow(new Refusal('NOT_COORDINATOR'))
  expect(lines).toEqual([['shard.failed', { shard: 'names-0', during: 'add', error: says }]])
})

test('what did not become durable is told to nobody, and is not there afterwards', async () => {
  const { shard, log } = make()
  await shard.ready()
  void shard.write('add', add('a'))
  log.instant = false
  const added = shard.write('add', add('b'))
  const seen = shard.read(machine => machine.names.size)
  log.crash()
  await expect(added).rejects.toEqual(new Refusal('NOT_COORDINATOR'))
  await expect(seen).rejects.toEqual(new Refusal('NOT_COORDINATOR'))
  await shard.ready()
  expect(shard.read(machine => [...machine.names.keys()])).toEqual(['a'])
})

test('a decision that breaks down unloads the shard and fails its caller', async () => {
  const { shard } = make()
  await shard.ready()
  const breakDown = (_machine: Names, turn: { record(name: string): void }) => {
    turn.record('half')
    throw new Error('bug')
  }
  expect(() => shard.write('bug', breakDown)).toThrow('bug')
  await shard.ready()
  expect(shard.read(machine => machine.names.size)).toBe(0)
})

test('a decision that refuses after it has changed something is a bug', async () => {
  const { shard } = make()
  await shard.ready()
  const late = (_machine: Names, turn: { record(name: string): void }) => {
    turn.record('half')
    throw new Refusal('UNKNOWN_MEMBER_ID')
  }
  expect(() => shard.write('late', late)).toThrow('late refused midway')
  expect(shard.state).toBe('failed')
})

describe('parked calls', () => {
  const wait = (shard: Shard<Names, string>, name: string) =>
    shard.write<string>('wait', (machine, turn) => {
      const seat = turn.seat<string>()
      machine.seats.set(name, seat)
      return turn.parked(seat)
    }) as Promise<string>
  const come = (shard: Shard<Names, string>, name: string) =>
    shard.write('come', (machine, turn) => {
      turn.record(name)
      turn.answer(machine.seats.get(name)!, `${name} came`)
      return 'noted'
    })

  test('are answered by a later decision, once that is durable', async () => {
    const { world, shard, log } = make()
    await shard.ready()
    const waiting = wait(shard, 'a')
    expect(shard.waiting).toBe(1)
    log.instant = false
    let reply: unknown = null
    void waiting.then(told => {
      reply = told
    })
    void come(shard, 'a')
    await world.run(10)
    expect(reply).toBeNull()
    log.sync()
    await world.run(20)
    expect(reply).toBe('a came')
    expect(shard.waiting).toBe(0)
  })

  test('are told to look elsewhere when the shard goes', async () => {
    for (const go of ['resign', 'fail'] as const) {
      const { shard, log } = make()
      await shard.ready()
      const waiting = wait(shard, 'a')
      if (go === 'resign') shard.resign()
      else {
        log.failAppend = new Error('disk full')
        expect(() => come(shard, 'a')).toThrow()
      }
      await expect(waiting).rejects.toEqual(new Refusal('NOT_COORDINATOR'))
      expect(shard.waiting).toBe(0)
    }
  })

  test('are not told what did not become durable', async () => {
    const { shard, log } = make()
    await shard.ready()
    const waiting = wait(shard, 'a')
    log.instant = false
    const coming = come(shard, 'a') as Promise<string>
    log.crash()
    await expect(coming).rejects.toEqual(new Refusal('NOT_COORDINATOR'))
    await expect(waiting).rejects.toEqual(new Refusal('NOT_COORDINATOR'))
  })
})

test('timers decide, and end with the shard', async () => {
  const { world, shard } = make()
  await shard.ready()
  void shard.write('arm', (_machine, turn) => turn.arm('later', 50, late => late.record('b')))
  await world.run(49)
  expect(shard.read(machine => machine.names.size)).toBe(0)
  await world.run(50)
  expect(shard.read(machine => machine.names.size)).toBe(1)
  void shard.write('arm', (_machine, turn) => turn.arm('later', 50, late => late.record('c')))
  shard.resign()
  await world.run(200)
  expect(shard.state).toBe('resigned')
  await expect(shard.ready()).rejects.toEqual(new Refusal('NOT_COORDINATOR'))
})

test('a timer whose decision breaks down leaves a shard that loads again', async () => {
  const { world, shard } = make()
  await shard.ready()
  void shard.write('arm', (_machine, turn) =>
    turn.arm('later', 50, () => {
      throw new Error('bug')
    }),
  )
  await world.run(60)
  expect(shard.state).toBe('failed')
  await shard.ready()
  expect(shard.state).toBe('active')
})

test('loading tells the machine of transactions, and skips what it does not know', async () => {
  const log = new ListLog()
  const producer = { producerId: 7, producerEpoch: 0 }
  log.append([{ key: Buffer.from('?'), value: null }])
  log.append([{ key: Buffer.from('a'), value: null }], producer)
  log.mark(true, producer)
  const { shard } = make(log)
  await shard.ready()
  expect(shard.read(machine => [[...machine.names], machine.ended])).toEqual([[['a', 1]], [[true, 7]]])
})

test('a log that cannot be opened refuses callers, who may try again a second later', async () => {
  const { world, ground, kind, log } = make()
  let open = (): ListLog => {
    throw new Error('no such file')
  }
  const shard = new Shard('names-0', ground, kind, () => open())
  await expect(shard.ready()).rejects.toEqual(new Refusal('NOT_COORDINATOR'))
  open = () => log
  await expect(shard.ready()).rejects.toEqual(new Refusal('NOT_COORDINATOR'))
  await world.run(1_000)
  await shard.ready()
  expect(shard.state).toBe('active')
})

test('a record that cannot be read keeps a shard from loading: that is told in one line, until it is another one', async () => {
  const told: [string, LogFields | undefined][] = []
  const logger: Logger = { ...silentLogger, error: (event, fields) => void told.push([event, fields]) }
  const { world, ground, log } = make(new ListLog(), logger)
  log.append([
    { key: Buffer.from('a'), value: null },
    { key: Buffer.from('b'), value: null },
  ])
  const kind: MachineKind<Names, string> = {
    create: () => new Names(),
    encode: name => ({ key: Buffer.from(name), value: null }),
    decode: key => {
      if (key.toString() !== 'a') throw new Malformed('half of it is missing')
      return 'a'
    },
    loaded: () => {},
  }
  const shard = new Shard('names-0', ground, kind, () => log)
  const failing = async () => {
    await expect(shard.ready()).rejects.toEqual(new Refusal('NOT_COORDINATOR'))
    await world.run(world.nowMs + 1_000)
  }
  await failing()
  await failing()
  const line = { shard: 'names-0', offset: 1, error: 'Malformed: half of it is missing' }
  expect(told).toEqual([['shard.load.failed', line]])
  log.entries.shift()
  await failing()
  expect(told).toEqual([
    ['shard.load.failed', line],
    ['shard.load.failed', { ...line, offset: 0 }],
  ])
})

describe('shards', () => {
  test('load what they need, once, however many ask', async () => {
    const { world, ground, kind } = make()
    const opened: number[] = []
    const shards = new Shards('names', ground, kind, index => {
      opened.push(index)
      return new ListLog()
    })
    const answers = [1, 1, 2].map(index => shards.use(index, shard => shard.write('add', add(`n${index}`))))
    expect(await world.until(Promise.all(answers))).toEqual(['added n1', 'added n1', 'added n2'])
    expect(opened).toEqual([1, 2])
    expect(shards.use(1, shard => shard.read(machine => machine.names.size))).toBe(1)
    expect(shards.active()).toHaveLength(2)
    shards.resignAll()
    expect(shards.active()).toHaveLength(0)
  })

  test('do not keep a caller waiting for ever', async () => {
    const { world, ground, kind } = make()
    const shards = new Shards('names', ground, kind, () => new Promise<ListLog>(() => {}))
    const asked = Promise.resolve(shards.use(0, () => 'here'))
    await expect(world.until(asked)).rejects.toEqual(new Refusal('COORDINATOR_LOAD_IN_PROGRESS'))
    expect(world.nowMs).toBe(5_000)
  })
})
