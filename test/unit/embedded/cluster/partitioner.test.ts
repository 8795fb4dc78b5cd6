import { murmur2, pickPartition } from '../../../../src/embedded/cluster/partitioner'

// What Kafka's own clients make of these keys; kafkajs chooses by the same.
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('the hash of %s', (key, hash) => {
  expect(murmur2(Buffer.from(key))).toBe(hash)
})

test('a key has its partition, records without one take turns', () => {
  expect(pickPartition(Buffer.from('foobar'), 7, 3)).toBe((-790332482 & 0x7fffffff) % 7)
  expect([0, 1, 2, 3].map(turn => pickPartition(null, 3, turn))).toEqual([0, 1, 2, 0])
})
