/** Small text files and names, as Apache Kafka writes and reads them. */
import { readFileSync } from 'node:fs'
import { CorruptLog } from '../../../../src/storage/fault'
import {
  deletedDirectoryName,
  isDeletedDirectory,
  isLeftover,
  logDirectoryName,
  parseLogDirectoryName,
  parseSegmentFileName,
  segmentFileName,
} from '../../../../src/storage/segments/layout'
import {
  decodeCleanShutdown,
  decodeEpochs,
  decodeOffsets,
  decodePartitionMetadata,
  decodeProperties,
  encodeCleanShutdown,
  encodeEpochs,
  encodeMetaProperties,
  encodeOffsets,
  encodePartitionMetadata,
} from '../../../../src/storage/segments/texts'

const golden = (name: string) => readFileSync(`${__dirname}/../../../golden/segments/${name}`, 'utf8')

test('Kafka files are read, and written the same', () => {
  for (const name of [
    'recovery-point-offset-checkpoint',
    'replication-offset-checkpoint',
    'log-start-offset-checkpoint',
  ]) {
    expect(encodeOffsets(decodeOffsets(name, golden(name)))).toBe(golden(name))
  }
  const epochs = golden('golden-0/leader-epoch-checkpoint')
  expect(encodeEpochs(decodeEpochs('e', epochs))).toBe(epochs)
  const metadata = golden('golden-0/partition.metadata')
  expect(encodePartitionMetadata(decodePartitionMetadata('m', metadata))).toBe(metadata)
  const clean = golden('.kafka_cleanshutdown')
  expect(encodeCleanShutdown(decodeCleanShutdown(clean))).toBe(clean)
  expect(decodeProperties(golden('meta.properties')).get('version')).toBe('1')
})

test('a checkpoint says what it was given', () => {
  const offsets = [
    { topic: 'a.b-c_d', partition: 0, offset: 5_000_000_000 },
    { topic: 'x', partition: 12, offset: 0 },
  ]
  expect(encodeOffsets(offsets)).toBe('0\n2\na.b-c_d 0 5000000000\nx 12 0\n')
  expect(decodeOffsets('p', encodeOffsets(offsets))).toEqual(offsets)
  expect(decodeOffsets('p', '')).toEqual([])
  expect(decodeOffsets('p', '0\n0\n')).toEqual([])
})

test.each([
  '1\n0\n',
  '0\n',
  '0\nx\n',
  '0\n2\na 0 1\n',
  '0\n1\na 0 1\nb 0 1\n',
  '0\n1\na 0\n',
  '0\n1\na 0 1 2\n',
  '0\n1\na 0 1.5\n',
  'x',
])('a checkpoint %j is damaged', text => {
  expect(() => decodeOffsets('p', text)).toThrow(CorruptLog)
})

test.each(['', 'version: 1\ntopic_id: AAAAAAAAAAAAAAAAAAAAAA', 'version: 0\ntopic_id: AAAA', 'version: 0'])(
  'metadata %j is damaged',
  text => {
    expect(() => decodePartitionMetadata('p', text)).toThrow(CorruptLog)
  },
)

test('properties are read as Java writes them', () => {
  const text = '#\n#Wed Nov 25\nnode.id=1\ncluster.id = a\\:b\n! note\nempty=\nspaced: v w\n'
  expect([...decodeProperties(text)]).toEqual([
    ['node.id', '1'],
    ['cluster.id', 'a:b'],
    ['empty', ''],
    ['spaced', 'v w'],
  ])
  const identity = { clusterId: 'c', nodeId: 3, directoryId: 'd' }
  const read = decodeProperties(encodeMetaProperties(identity))
  expect([read.get('version'), read.get('cluster.id'), read.get('node.id'), read.get('directory.id')]).toEqual([
    '1',
    'c',
    '3',
    'd',
  ])
})

test.each(['', 'x', '{}', '[]', 'null', '{"version":0,"brokerEpoch":"1"}'])(
  'a clean shutdown %j tells no epoch',
  text => {
    expect(decodeCleanShutdown(text)).toBe(-1)
  },
)

test('names of segment files', () => {
  expect(segmentFileName(42, 'log')).toBe('00000000000000000042.log')
  expect(parseSegmentFileName('00000000000000000042.timeindex')).toEqual({ baseOffset: 42, kind: 'timeindex' })
  for (const name of [
    '42.log',
    '00000000000000000042.lo',
    '00000000000000000042.log.deleted',
    'leader-epoch-checkpoint',
  ]) {
    expect(parseSegmentFileName(name)).toBeNull()
  }
  expect(['a.deleted', 'a.cleaned', 'a.tmp', 'a.log'].map(isLeftover)).toEqual([true, true, true, false])
})

test('names of directories', () => {
  expect(parseLogDirectoryName(logDirectoryName('a-1', 2))).toEqual({ topic: 'a-1', partition: 2 })
  for (const name of [
    'a',
    'a-',
    '-1',
    'a-01',
    'a-1.0123456789abcdef0123456789abcdef-delete',
    '__cluster_metadata-0',
    'a b-1',
  ]) {
    expect(parseLogDirectoryName(name)).toBeNull()
  }
  const unique = '0123456789abcdef0123456789abcdef'
  expect(deletedDirectoryName('orders', 3, unique)).toBe(`orders-3.${unique}-delete`)
  expect(deletedDirectoryName('x'.repeat(249), 3, unique)).toHaveLength(255)
  expect(isDeletedDirectory(deletedDirectoryName('x'.repeat(249), 3, unique))).toBe(true)
  expect(isDeletedDirectory('orders-3')).toBe(false)
})
