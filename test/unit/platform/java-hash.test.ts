import { hashOrder, javaHash, partitionOf } from '../../../src/platform/java-hash'

test('hashes as Java does', () => {
  expect(javaHash('')).toBe(0)
  expect(javaHash('a')).toBe(97)
  expect(javaHash('hello')).toBe(99162322)
  expect(javaHash('The quick brown fox jumps over the lazy dog')).toBe(-609428141)
  expect(javaHash('żółw')).toBe(11564204)
  // The text whose hash has no positive twin.
  expect(javaHash('polygenelubricants')).toBe(-0x8000_0000)
})

test('files a key where Kafka does', () => {
  expect(partitionOf('console-consumer-1', 50)).toBe(Math.abs(javaHash('console-consumer-1')) % 50)
  expect(partitionOf('polygenelubricants', 50)).toBe(0)
  expect(partitionOf('', 50)).toBe(0)
})

test('orders names as a HashMap does', () => {
  expect(hashOrder(['c', 'b', 'a'])).toEqual(['a', 'b', 'c'])
  // 'Aa' and 'BB' collide; the one that came first comes first.
  expect(hashOrder(['BB', 'Aa'])).toEqual(['BB', 'Aa'])
  expect(hashOrder(['Aa', 'BB'])).toEqual(['Aa', 'BB'])
  // As Java 17 printed them.
  expect(hashOrder(['range', 'roundrobin', 'sticky', 'cooperative-sticky'])).toEqual([
    'sticky',
    'range',
    'roundrobin',
    'cooperative-sticky',
  ])
  const many = Array.from({ length: 14 }, (_, nth) => `name${nth * 7919}`)
  expect(hashOrder(many).join(' ')).toBe(
    'name39595 name63352 name79190 name15838 name31676 name7919 name55433 name87109 name95028 name47514 name0 name23757 name71271 name102947',
  )
})
