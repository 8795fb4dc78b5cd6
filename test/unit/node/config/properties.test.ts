import { parseProperties } from '../../../../src/node/config/properties'

const read = (text: string) => Object.fromEntries(parseProperties(text).map(({ key, value }) => [key, value]))

describe("Java's properties syntax", () => {
  test('key and value are parted by =, : or blanks, and blanks around that go', () => {
    expect(read('a=1\nb:2\nc 3\n d = 4 \ne\t:\t5\nf')).toEqual({ a: '1', b: '2', c: '3', d: '4 ', e: '5', f: '' })
  })

  test('only the first separator counts', () => {
    expect(read('listeners=PLAINTEXT://:9092,CONTROLLER://:9093')).toEqual({
      listeners: 'PLAINTEXT://:9092,CONTROLLER://:9093',
    })
    expect(read('a = = b')).toEqual({ a: '= b' })
  })

  test('comments and empty lines say nothing', () => {
    expect(read('# a=1\n ! b=2\n\n   \nc=3 # not a comment')).toEqual({ c: '3 # not a comment' })
  })

  test('a backslash at the end continues a line, two of them do not', () => {
    expect(read('a=1,\\\n   2,\\\r\n 3\nb=x\\\\\nc=y')).toEqual({ a: '1,2,3', b: 'x\\', c: 'y' })
    expect(read('a=1\\')).toEqual({ a: '1' })
  })

  test('escapes', () => {
    expect(read('a\\=b=\\u0041\\t\\n\\q\nc\\ d=1')).toEqual({ 'a=b': 'A\t\nq', 'c d': '1' })
    expect(() => parseProperties('a=1\nb=\\u12')).toThrow('line 2: \\u needs four hexadecimal digits')
  })

  test('lines are those where an entry begins, and a key that stands twice comes twice', () => {
    expect(parseProperties('a=1\\\n2\n#\na=3')).toEqual([
      { key: 'a', value: '12', line: 1 },
      { key: 'a', value: '3', line: 4 },
    ])
  })
})
