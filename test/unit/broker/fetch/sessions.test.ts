import { FetchSessions, type FetchContext, type Told } from '../../../../src/broker/fetch/sessions'
import type { Wanted } from '../../../../src/broker/fetch/wanted'

const wanted = (key: string, fetchOffset = 0): Wanted => ({
  key,
  topic: key,
  topicId: '',
  index: 0,
  fetchOffset,
  maxBytes: 1000,
  currentLeaderEpoch: -1,
  lastFetchedEpoch: -1,
})
const told = (over: Partial<Told> = {}): Told => ({
  errorCode: 0,
  highWatermark: 10,
  logStartOffset: 0,
  recordBytes: 0,
  diverges: false,
  ...over,
})

function world(slots = 10) {
  let nowMs = 0
  let dice = 0
  const clock = { now: () => nowMs, monotonic: () => nowMs }
  const random = { next: () => (dice = (dice + 0.37) % 1), bytes: (n: number) => Buffer.alloc(n) }
  return { sessions: new FetchSessions(clock, random, () => slots), pass: (ms: number) => (nowMs += ms) }
}

/** Of ids. */
const names = new Map<string, string>()

const ask = (sessionId: number, sessionEpoch: number, list: Wanted[] = [], forgotten: string[] = [], byId = false) => ({
  sessionId,
  sessionEpoch,
  byId,
  wanted: list,
  forgotten,
  nameOf: (topicId: string) => names.get(topicId) ?? null,
})

const opened = (context: ReturnType<FetchSessions['open']>): FetchContext => {
  if ('refused' in context) throw new Error(context.refused)
  return context
}

function full(sessions: FetchSessions, list: Wanted[]): number {
  const context = opened(sessions.open(ask(0, 0, list)))
  for (const one of context.wanted) context.tells(one, told())
  return context.sessionId()
}

test('a full fetch makes a session, and an incremental one tells only what changed', () => {
  const { sessions } = world()
  const id = full(sessions, [wanted('a'), wanted('b')])
  expect(id).toBeGreaterThan(0)
  const next = opened(sessions.open(ask(id, 1)))
  expect(next.wanted.map(({ key }) => key)).toEqual(['a', 'b'])
  expect(next.tells(wanted('a'), told())).toBe(false)
  expect(next.tells(wanted('b'), told({ highWatermark: 11 }))).toBe(true)
  expect(next.sessionId()).toBe(id)
})

test('records, errors, a raised log start and divergence are told', () => {
  const { sessions } = world()
  const id = full(sessions, [wanted('a')])
  const changes = [{ recordBytes: 5 }, { errorCode: 3 }, { logStartOffset: 1 }, { diverges: true }]
  changes.forEach((change, i) => {
    expect(opened(sessions.open(ask(id, i + 1))).tells(wanted('a'), told(change))).toBe(true)
  })
})

test('after an error the partition is told again when it is well', () => {
  const { sessions } = world()
  const id = full(sessions, [wanted('a')])
  opened(sessions.open(ask(id, 1))).tells(wanted('a'), told({ errorCode: 3 }))
  expect(opened(sessions.open(ask(id, 2))).tells(wanted('a'), told())).toBe(true)
})

test('a partition that had records goes behind the others', () => {
  const { sessions } = world()
  const id = full(sessions, [wanted('a'), wanted('b')])
  opened(sessions.open(ask(id, 1))).tells(wanted('a'), told({ recordBytes: 9 }))
  expect(opened(sessions.open(ask(id, 2))).wanted.map(({ key }) => key)).toEqual(['b', 'a'])
})

test('partitions are added, moved and forgotten; a session without any ends', () => {
  const { sessions } = world()
  const id = full(sessions, [wanted('a')])
  const more = opened(sessions.open(ask(id, 1, [wanted('b', 5), wanted('a', 3)])))
  expect(more.wanted.map(({ key, fetchOffset }) => [key, fetchOffset])).toEqual([
    ['a', 3],
    ['b', 5],
  ])
  const none = opened(sessions.open(ask(id, 2, [], ['a', 'b'])))
  expect(none.wanted).toEqual([])
  expect(none.sessionId()).toBe(0)
  expect(sessions.size).toBe(0)
})

test('an unknown session, a wrong epoch and a change between names and ids are refused', () => {
  const { sessions } = world()
  const id = full(sessions, [wanted('a')])
  expect(sessions.open(ask(id + 1, 1))).toEqual({ refused: 'FETCH_SESSION_ID_NOT_FOUND' })
  expect(sessions.open(ask(id, 2))).toEqual({ refused: 'INVALID_FETCH_SESSION_EPOCH' })
  expect(sessions.open(ask(id, 1, [], [], true))).toEqual({ refused: 'FETCH_SESSION_TOPIC_ID_ERROR' })
})

test('epoch -1 ends a session and keeps none', () => {
  const { sessions } = world()
  const id = full(sessions, [wanted('a')])
  const context = opened(sessions.open(ask(id, -1, [wanted('a')])))
  context.tells(wanted('a'), told())
  expect(context.sessionId()).toBe(0)
  expect(sessions.size).toBe(0)
})

test('when all slots are taken only a session that was silent for long makes room', () => {
  const { sessions, pass } = world(1)
  const first = full(sessions, [wanted('a')])
  expect(full(sessions, [wanted('a')])).toBe(0)
  pass(120_000)
  expect(full(sessions, [wanted('a')])).toBeGreaterThan(0)
  expect(sessions.open(ask(first, 1))).toEqual({ refused: 'FETCH_SESSION_ID_NOT_FOUND' })
})

test('a session that nothing is left in ends, and what was asked with its last request is told as without one', () => {
  const { sessions } = world()
  const id = full(sessions, [wanted('a')])
  const last = opened(sessions.open(ask(id, 1, [wanted('b')], ['a', 'b'])))
  expect(last.wanted).toEqual([wanted('b')])
  expect([last.tells(wanted('b'), told()), last.sessionId(), sessions.size]).toEqual([true, 0, 0])
})

test('the name that an id had stays in the session, and one that had none gets it once there is one', () => {
  const { sessions } = world()
  const of = (topic: string, topicId: string): Wanted => ({ ...wanted(topicId), topic, topicId })
  const context = opened(sessions.open(ask(0, 0, [of('orders', 'id1'), of('', 'id2')], [], true)))
  for (const one of context.wanted) context.tells(one, told())
  const id = context.sessionId()
  names.set('id2', 'late')
  const topics = (epoch: number, list: Wanted[] = []) =>
    opened(sessions.open(ask(id, epoch, list, [], true))).wanted.map(({ topic }) => topic)
  expect(topics(1)).toEqual(['orders', 'late'])
  names.clear()
  expect(topics(2, [of('', 'id1')])).toEqual(['orders', 'late'])
})
