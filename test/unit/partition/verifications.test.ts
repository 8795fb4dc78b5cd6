import { Verifications } from '../../../src/partition/verifications'

const tried = (producerId: number, firstSequence: number, producerEpoch = 0) => ({
  producerId,
  producerEpoch,
  firstSequence,
})
const sent = (producerId: number, firstSequence: number) => ({
  ...tried(producerId, firstSequence),
  lastSequence: firstSequence,
  timestampMs: 0,
  transactional: true,
})

test('the lowest sequence of the newest epoch is what must come first', () => {
  const all = new Verifications()
  const first = all.begin(tried(1, 5), false, 0)
  expect(all.begin(tried(1, 3), false, 0)).toBe(first)
  all.begin(tried(1, 9), false, 0)
  expect(() => all.check(sent(1, 4), false)).toThrow('has tried 3 before')
  all.check(sent(1, 3), false)
  all.begin(tried(1, 8, 1), false, 0)
  all.begin(tried(1, 0, 0), false, 0)
  all.check(sent(1, 8), false)
  expect(() => all.check(sent(1, 9), false)).toThrow('has tried 8 before')
  all.check(sent(2, 100), true)
})

test('who is forgotten, by name, by age or for want of room, has to be verified again', () => {
  const all = new Verifications()
  const old = all.begin(tried(1, 0), false, 10)
  const young = all.begin(tried(2, 0), false, 20)
  all.expire(15)
  expect([all.has(old), all.has(young)]).toEqual([false, true])
  all.forget(2)
  expect(all.has(young)).toBe(false)
  const many = Array.from({ length: 10_001 }, (_, at) => all.begin(tried(at, 0), false, 30))
  expect([all.has(many[0]!), all.has(many[1]!), all.has(many[10_000]!)]).toEqual([false, true, true])
})
