/** The keys of a batch and where they stand, without making anything of its records: what compaction looks at. */
import { corrupt } from './corrupt'
import type { Body } from './records'
import { VarintCursor } from './varint'

/** `keyBytes` is -1 for a record without a key. The key begins at `keyFrom` of the body. */
export type KeyVisitor = (offsetDelta: number, keyFrom: number, keyBytes: number, hasValue: boolean) => boolean | void

/** Shows the records of a batch's body, until `visit` returns false. Throws CorruptRecord. */
export function forEachKey({ bytes, from, to }: Body, count: number, visit: KeyVisitor): void {
  const cursor = new VarintCursor(bytes, from)
  for (let i = 0; i < count; i += 1) {
    const sizeBytes = cursor.varint()
    const end = cursor.at + sizeBytes
    if (sizeBytes < 0 || end > to) corrupt(`record ${i} is longer than what is left of its batch`)
    cursor.at += 1
    cursor.varlong()
    const offsetDelta = cursor.varint()
    const keyBytes = cursor.varint()
    const keyFrom = cursor.at
    if (keyBytes > 0) cursor.at += keyBytes
    const hasValue = cursor.varint() >= 0
    if (cursor.at > end) corrupt(`record ${i} is longer than it says`)
    if (visit(offsetDelta, keyFrom, keyBytes, hasValue) === false) return
    cursor.at = end
  }
}
