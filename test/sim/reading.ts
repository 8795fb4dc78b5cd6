/** Records as they come in a reply to Fetch. */
import { batchBytesAt } from '../../src/protocol/records/batch'
import { recordsOf } from '../../src/protocol/records/records'
import type { ReadRecord } from './ledger'

/** Those from an offset on; the last batch may be cut short, and is not counted then. */
export function recordsIn(bytes: Buffer | null, from: number): ReadRecord[] {
  const records: ReadRecord[] = []
  if (!bytes) return records
  for (
    let at = 0;
    at + 12 < bytes.length && at + batchBytesAt(bytes, at) <= bytes.length;
    at += batchBytesAt(bytes, at)
  ) {
    for (const { offset, value } of recordsOf(bytes, at)) {
      if (offset >= from) records.push({ offset, value: value?.toString('latin1') ?? '' })
    }
  }
  return records
}
