import { recordFrom, toProduce, type ReadAs } from '../../../../src/embedded/contract/values'

const raw = (value: Uint8Array | null) => ({
  partition: 1,
  offset: 2,
  timestampMs: 3,
  key: Buffer.from('k'),
  value,
  headers: [
    { key: 'trace', value: Buffer.from('abc') },
    { key: 'raw', value: Buffer.from([0xff]) },
  ],
})
const read = (value: Uint8Array | string | null, as: ReadAs) =>
  recordFrom('orders', raw(typeof value === 'string' ? Buffer.from(value) : value), as).value

test('text and bytes are written as they are, null deletes, the rest is JSON', () => {
  const bytes = Buffer.from([1, 2])
  const written = [{ a: 1 }, 'text', bytes, null, 7, true].map(value => toProduce({ value }).value)
  expect(written.map(value => value && Buffer.from(value))).toEqual([
    Buffer.from('{"a":1}'),
    Buffer.from('text'),
    bytes,
    null,
    Buffer.from('7'),
    Buffer.from('true'),
  ])
  expect(toProduce({ value: 'v', headers: { trace: 'abc' }, partition: 2, timestampMs: 5 })).toMatchObject({
    key: null,
    headers: [{ key: 'trace', value: Buffer.from('abc') }],
    partition: 2,
    timestampMs: 5,
  })
})

test('a header that comes several times is a list', () => {
  const { headers } = toProduce({ value: 'v', headers: { a: ['1', '2'], b: 'x', none: [] } })
  expect(headers.map(({ key, value }) => `${key}=${Buffer.from(value!).toString()}`)).toEqual(['a=1', 'a=2', 'b=x'])
  expect(recordFrom('orders', { ...raw(null), headers }, 'auto').headers).toEqual({ a: ['1', '2'], b: 'x' })
  expect(() => toProduce({ value: 'v', headers: { a: [1] } as never })).toThrow('or of lists of these')
})

test.each([
  ['a Map', new Map([['a', 1]])],
  ['a Set within', { tags: new Set(['a']) }],
  ['a BigInt', 1n],
  ['a BigInt within', { id: 1n }],
  ['no number', Number.NaN],
  ['a RegExp', /a/],
  ['an error', new Error('a')],
  ['an error within', { reason: new Error('a') }],
  [
    'what has private fields only',
    new (class Order {
      readonly #id = 1
      id() {
        return this.#id
      }
    })(),
  ],
  ['what has functions only', { run: () => 1 }],
  ['bytes that nobody looks at', { bytes: new ArrayBuffer(3) }],
  ['what has no JSON', { toJSON: () => undefined }],
])('%s is refused', (_what, value) => {
  expect(() => toProduce({ value: value as never })).toThrow(/^(value of a record is|a record has a key or value)/)
})

test('what is still to come is refused with a word about it', () => {
  const later = Promise.resolve('v')
  const refused = (input: object) => () => toProduce(input as never)
  expect(refused(later)).toThrow('a record is a promise: await it first')
  expect(refused({ value: later })).toThrow('value of a record is a promise: await it first')
  expect(refused({ key: later, value: 'v' })).toThrow('key of a record is a promise: await it first')
  expect(refused({ value: 'v', headers: { trace: later } })).toThrow('header trace of a record is a promise: await it')
  expect(refused({ value: 'v', headers: { trace: ['a', later] } })).toThrow('header trace of a record is a promise')
  expect(refused({ value: { order: later } })).toThrow('of a promise (await it first) JSON tells nothing')
})

test('what JSON tells something of is told', () => {
  class Order {
    readonly id = 1
    readonly paid = () => true
  }
  const failed = Object.assign(new Error('a'), { code: 'E' })
  const value = {
    order: new Order(),
    at: new Date(0),
    none: {},
    bare: Object.create(null),
    n: new Number(5),
    failed,
    gone: undefined,
  }
  const { value: written } = toProduce({ value })
  expect(JSON.parse(Buffer.from(written!).toString())).toEqual({
    order: { id: 1 },
    at: '1970-01-01T00:00:00.000Z',
    none: {},
    bare: {},
    n: 5,
    failed: { code: 'E' },
  })
})

test('what is part of itself is refused', () => {
  const round: { self?: object } = {}
  round.self = round
  expect(() => toProduce({ value: round })).toThrow('a record has a key or value that JSON cannot tell')
})

test('a record as it is read', () => {
  expect(recordFrom('orders', raw(Buffer.from('{"id":1}')), 'auto')).toEqual({
    topic: 'orders',
    partition: 1,
    offset: 2,
    timestampMs: 3,
    key: 'k',
    value: { id: 1 },
    headers: { trace: 'abc', raw: Buffer.from([0xff]) },
  })
})

test('what a value is taken for', () => {
  const binary = Buffer.from([0xff, 0xfe])
  expect(['12', '[1]', ' {"a":2}', '{not json', 'text'].map(text => read(text, 'auto'))).toEqual([
    '12',
    [1],
    { a: 2 },
    '{not json',
    'text',
  ])
  expect(read(binary, 'auto')).toEqual(binary)
  expect(read('12', 'json')).toBe(12)
  expect(() => read('{', 'json')).toThrow(SyntaxError)
  expect(() => read('{', 'json')).toThrow(/^the value at offset \d+ of .+-\d+ is no JSON: /)
  expect(read('[1]', 'string')).toBe('[1]')
  expect(read('[1]', 'buffer')).toEqual(Buffer.from('[1]'))
  expect(read(null, 'json')).toBeNull()
})
