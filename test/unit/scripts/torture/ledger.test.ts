/** The ledger of the torture must notice each thing that it exists for. */
import { buildBatch } from '../../../../src/protocol/records/records'
import { PartitionLedger } from '../../../../scripts/torture/ledger'

const batchOf = (baseOffset: number, values: readonly string[]): Buffer =>
  buildBatch({ baseOffset, records: values.map(value => ({ timestampMs: 1, key: null, value: Buffer.from(value) })) })

const ledgerWith = (...values: string[]): PartitionLedger => {
  const ledger = new PartitionLedger('t', 0)
  ledger.sent(values)
  return ledger
}

test('what was sent, acknowledged and read agrees', () => {
  const ledger = ledgerWith('a', 'b', 'c')
  ledger.acknowledge(['a', 'b'], 0)
  expect(ledger.read(Buffer.concat([batchOf(0, ['a', 'b']), batchOf(2, ['c'])]))).toBe(3)
  ledger.complete(3)
  ledger.acknowledge(['c'], 2)
  ledger.again()
  expect(ledger.read(batchOf(0, ['a', 'b', 'c']))).toBe(3)
})

test('an acknowledged record that is missing', () => {
  const ledger = ledgerWith('a', 'b')
  ledger.acknowledge(['a', 'b'], 0)
  ledger.read(batchOf(0, ['a']))
  expect(() => ledger.complete(1)).toThrow(/LOST b, acknowledged at 1/)
})

test('a phantom, a gap, another record in its place, the same one twice, a bad CRC', () => {
  expect(() => ledgerWith('a').read(batchOf(0, ['z']))).toThrow(/phantom/)
  expect(() => ledgerWith('a').read(batchOf(5, ['a']))).toThrow(/offset 5 follows/)
  const other = ledgerWith('a', 'b')
  other.acknowledge(['a'], 0)
  expect(() => other.read(batchOf(0, ['b']))).toThrow(/a was acknowledged, and b is there/)
  expect(() => ledgerWith('a').read(batchOf(0, ['a', 'a']))).toThrow(/at 0 and at 1/)
  const damaged = batchOf(0, ['a'])
  damaged[damaged.length - 2] = 0x7f
  expect(() => ledgerWith('a').read(damaged)).toThrow(/CRC/)
})

test('acknowledgements that contradict each other', () => {
  const ledger = ledgerWith('a', 'b')
  ledger.acknowledge(['a'], 0)
  expect(() => ledger.acknowledge(['b'], 0)).toThrow(/acknowledged for a and for b/)
  expect(() => ledger.acknowledge(['a'], 4)).toThrow(/at 0 and at 4/)
  expect(() => ledger.acknowledge(['never sent'], 9)).toThrow(/not sent/)
})

test('a log that ends elsewhere than it was read to', () => {
  const ledger = ledgerWith('a')
  ledger.read(batchOf(0, ['a']))
  expect(() => ledger.complete(2)).toThrow(/read up to 1, and the log ends at 2/)
})
