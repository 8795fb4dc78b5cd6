import { nearestNames } from '../../../src/platform/nearest'

const names = ['num.partitions', 'num.io.threads', 'log.dirs', 'log.dir']

test('the nearest come first, and those that are as near in the order of the alphabet', () => {
  expect(nearestNames(names, 'num.partition')).toEqual(['num.partitions'])
  expect(nearestNames(names, 'log.dirz')).toEqual(['log.dir', 'log.dirs'])
  expect(nearestNames(names, 'log.dirz', 1)).toEqual(['log.dir'])
  expect(nearestNames(names, 'NUM.PARTITIONS')).toEqual(['num.partitions'])
})

test('what is far from all of them is near to none', () => {
  expect(nearestNames(names, 'zookeeper')).toEqual([])
  expect(nearestNames([], 'x')).toEqual([])
})

test('a name without end costs no more than a long one', () => {
  expect(nearestNames(names, 'x'.repeat(10_000_000))).toEqual([])
})
