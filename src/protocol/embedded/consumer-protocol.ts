/**
 * The blobs that classic consumers exchange through JoinGroup and SyncGroup: a version (int16) and its fields. A blob of a
 * version above those known is read as the newest known, since versions only ever append (ConsumerProtocol, KIP-429).
 */
import { codecOfShape } from '../codec'
import type { Draft, Fields, Message, Shape } from '../schema'
import { rangeOf } from '../versions'
import { Malformed } from '../wire/faults'
import { Reader } from '../wire/reader'
import { bytesOf } from '../wire/writer'

export interface VersionedBlob<M> {
  /** The version that the blob states, which may be above those known. */
  readonly version: number
  readonly message: M
}

/** Reads ConsumerProtocolSubscription or ConsumerProtocolAssignment. Throws Malformed. */
export function decodeBlob<F extends Fields>(shape: Shape<F>, bytes: Buffer): VersionedBlob<Message<F>> {
  const reader = new Reader(bytes)
  const version = reader.int16()
  if (version < 0) throw new Malformed(`${shape.name} has no version ${version}`)
  const known = Math.min(version, rangeOf(shape.versions).max)
  return { version, message: codecOfShape(shape, known).read(reader) }
}

export function encodeBlob<F extends Fields>(shape: Shape<F>, version: number, message: Draft<F>): Buffer {
  return bytesOf(writer => {
    writer.int16(version)
    codecOfShape(shape, version).write(writer, message)
  })
}
