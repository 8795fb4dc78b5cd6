import {
  readRequestHeader,
  readResponseHeader,
  writeRequestHeader,
  writeResponseHeader,
} from '../../../src/protocol/header'
import { ApiVersions } from '../../../src/protocol/messages/api-versions'
import { Metadata } from '../../../src/protocol/messages/metadata'
import { OffsetDelete } from '../../../src/protocol/messages/offset-delete'
import { SaslHandshake } from '../../../src/protocol/messages/sasl-handshake'
import { Malformed } from '../../../src/protocol/wire/faults'
import { Reader } from '../../../src/protocol/wire/reader'
import { bytesOf } from '../../../src/protocol/wire/writer'

const fromHex = (hex: string): Reader => new Reader(Buffer.from(hex, 'hex'))

describe('a request header', () => {
  test.each([
    [Metadata, 8, 'me', '0003' + '0008' + '00000007' + '00026d65'],
    [Metadata, 9, 'me', '0003' + '0009' + '00000007' + '00026d65' + '00'],
    [Metadata, 9, null, '0003' + '0009' + '00000007' + 'ffff' + '00'],
    [ApiVersions, 3, '', '0012' + '0003' + '00000007' + '0000' + '00'],
    [SaslHandshake, 1, 'me', '0011' + '0001' + '00000007' + '00026d65'],
    [OffsetDelete, 0, 'me', '002f' + '0000' + '00000007' + '00026d65'],
  ] as const)('%o v%i', (api, apiVersion, clientId, hex) => {
    const header = { apiVersion, correlationId: 7, clientId }
    expect(bytesOf(writer => writeRequestHeader(writer, api, header)).toString('hex')).toBe(hex)
    const reader = fromHex(hex)
    expect(readRequestHeader(reader)).toEqual({ ...header, apiKey: api.key, api, isDeclared: true })
    expect(reader.remaining).toBe(0)
  })

  test('steps over tags that it does not know', () => {
    const reader = fromHex('0003' + '0009' + '00000007' + 'fffe' + '01' + '0502aabb' + '01')
    expect(readRequestHeader(reader).clientId).toBeNull()
    expect(reader.remaining).toBe(1)
  })

  test('names an API or a version that is not declared', () => {
    expect(readRequestHeader(fromHex('03e7' + '0000' + '00000007'))).toMatchObject({ apiKey: 999, api: undefined })
    expect(readRequestHeader(fromHex('0012' + '0063' + '00000007' + '000000'))).toMatchObject({
      apiVersion: 99,
      isDeclared: false,
    })
    expect(readRequestHeader(fromHex('0012' + 'ffff' + '00000007' + '0000'))).toMatchObject({
      apiVersion: -1,
      isDeclared: false,
    })
  })

  test.each(['', '0012', '00120000000000', '0012000000000007', '001200000000000700ff', '0012000300000007000001'])(
    'that ends early is malformed: %s',
    hex => {
      expect(() => readRequestHeader(fromHex(hex))).toThrow(Malformed)
    },
  )
})

describe('a response header', () => {
  test.each([
    [Metadata, 8, '00000007'],
    [Metadata, 9, '0000000700'],
    [ApiVersions, 4, '00000007'],
  ] as const)('%o v%i', (api, version, hex) => {
    expect(bytesOf(writer => writeResponseHeader(writer, api, version, 7)).toString('hex')).toBe(hex)
    const reader = fromHex(hex)
    expect(readResponseHeader(reader, api, version)).toBe(7)
    expect(reader.remaining).toBe(0)
  })
})
