/** Values and error texts, as a real Apache Kafka 4.4 gave them. */
import fc from 'fast-check'
import { configKey } from '../../../../src/metadata/config/keys'
import { isProblem, javaDouble, parseConfigValue } from '../../../../src/metadata/config/value'

const topic = (name: string, text: string) => parseConfigValue(name, configKey('topic', name)!, text)
const group = (name: string, text: string) => parseConfigValue(name, configKey('group', name)!, text)
const invalid = (value: string, name: string, why: string) => ({
  error: `Invalid value ${value} for configuration ${name}: ${why}`,
})
const replicas = 'leader.replication.throttled.replicas'
const shape =
  "must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],..."

describe('parseConfigValue', () => {
  it.each([
    ['retention.ms', 'abc', 'Not a number of type LONG'],
    ['retention.ms', '', 'Not a number of type LONG'],
    ['retention.ms', '12.5', 'Not a number of type LONG'],
    ['retention.ms', '1e5', 'Not a number of type LONG'],
    ['retention.ms', '99999999999999999999', 'Not a number of type LONG'],
    ['retention.ms', '-5', 'Value must be at least -1'],
    ['max.message.bytes', '2147483648', 'Not a number of type INT'],
    ['compression.gzip.level', '0', 'Value must be between 1 and 9 or equal to -1'],
    ['compression.gzip.level', '10', 'Value must be between 1 and 9 or equal to -1'],
    ['compression.lz4.level', '18', 'Value must be no more than 17'],
    ['compression.zstd.level', '-131073', 'Value must be at least -131072'],
    ['compression.type', 'GZIP', 'String must be one of: uncompressed, zstd, lz4, snappy, gzip, producer'],
    ['cleanup.policy', 'Delete', 'String must be one of: compact, delete'],
    ['preallocate', 'yes', 'Expected value to be either true or false'],
    ['min.cleanable.dirty.ratio', '1.5', 'Value must be no more than 1'],
    ['min.cleanable.dirty.ratio', '-0.1', 'Value must be at least 0'],
    ['min.cleanable.dirty.ratio', 'x', 'Not a number of type DOUBLE'],
  ])('refuses %s=%s', (name, text, why) => {
    expect(topic(name, text)).toEqual(invalid(text, name, why))
  })

  it('refuses parts of lists in the words Kafka has for them', () => {
    expect(topic('cleanup.policy', 'delete,foo')).toEqual(
      invalid('foo', 'cleanup.policy', 'String must be one of: compact, delete'),
    )
    expect(topic('cleanup.policy', ',delete')).toEqual({
      error: "Configuration 'cleanup.policy' values must not be empty.",
    })
    expect(topic(replicas, '1:1,2')).toEqual(invalid('[1:1, 2]', replicas, `${replicas} ${shape}`))
    expect(topic(replicas, '*,1:1')).toEqual(invalid('[*, 1:1]', replicas, `${replicas} ${shape}`))
    const reset = 'share.auto.offset.reset'
    const inner = `Invalid value \`x\` for configuration ${reset}. The value must be either 'earliest', 'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'.`
    expect(group(reset, 'x')).toEqual(invalid('x', reset, inner))
    expect(isProblem(group(reset, 'by_duration:-PT1H'))).toBe(true)
    expect(isProblem(group(reset, 'by_duration:PT1H'))).toBe(false)
  })

  it.each([
    ['retention.ms', ' 12 ', 12, '12'],
    ['retention.ms', '+5', 5, '5'],
    ['flush.ms', '9223372036854775807', Number.MAX_SAFE_INTEGER, '9223372036854775807'],
    ['cleanup.policy', ' delete , compact', ['delete', 'compact'], 'delete,compact'],
    ['cleanup.policy', 'delete,delete', ['delete'], 'delete'],
    ['cleanup.policy', '', [], ''],
    [replicas, '1:1,1:1', ['1:1', '1:1'], '1:1,1:1'],
    [replicas, '*', ['*'], '*'],
    ['preallocate', ' TRUE', true, 'true'],
    ['min.cleanable.dirty.ratio', '1e-5', 1e-5, '1.0E-5'],
    ['min.cleanable.dirty.ratio', '0.5f', 0.5, '0.5'],
    ['min.cleanable.dirty.ratio', 'NaN', Number.NaN, 'NaN'],
    ['compression.type', ' gzip ', 'gzip', 'gzip'],
  ])('reads %s=%s', (name, text, value, shown) => {
    expect(topic(name, text)).toEqual({ value, text: shown })
  })

  it('writes doubles as Java does', () => {
    expect([0, 1, 0.001, 0.0009, 9999999, 1e7, 2147483647, 1.7976931348623157e308, -2.5e-7].map(javaDouble)).toEqual([
      '0.0',
      '1.0',
      '0.001',
      '9.0E-4',
      '9999999.0',
      '1.0E7',
      '2.147483647E9',
      '1.7976931348623157E308',
      '-2.5E-7',
    ])
  })

  it('reads what it shows, for every integer there is', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -1n, max: 2n ** 63n - 1n }), number => {
        const once = topic('retention.ms', String(number))
        expect(once).toMatchObject({ text: String(number) })
      }),
      { seed: 1 },
    )
  })
})
