/** A request as long as one likes: ApiVersions with a tagged field that nobody knows. */
import { framed } from '../../src/protocol/frame'
import { writeRequestHeader } from '../../src/protocol/header'
import { ApiVersions } from '../../src/protocol/messages/api-versions'

const apiVersion = 3

const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)])

/** Whole, with the length in front, and so many bytes in all. */
export function longRequest(sizeBytes: number, correlationId = 1): Buffer {
  const of = (tagBytes: number): Buffer => {
    const { buffers } = framed(writer => {
      writeRequestHeader(writer, ApiVersions, { apiVersion, correlationId, clientId: 'client' })
      // Name and version of the client, then one field with the tag 99.
      writer.raw(Buffer.from([2, 97, 2, 49, 1, 99, ...varint(tagBytes)]))
      writer.raw(Buffer.alloc(tagBytes))
    })
    return Buffer.concat(buffers)
  }
  let tagBytes = sizeBytes - of(0).length
  while (of(tagBytes).length > sizeBytes) tagBytes -= 1
  return of(tagBytes)
}
