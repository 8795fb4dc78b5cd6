/** Batches that are too long to be opened or built at once: threads open and compress them, records are written in pieces. */
import { type AtMost, eachInPieces, type InPieces } from '../../platform/pieces'
import type { Codecs } from './compression'
import { BatchBuilder, type Body, type NewBatch, storedBody } from './records'

/** Who does it, and when. */
export interface Means {
  readonly pieces: InPieces
  readonly codecs: Codecs
  /** Who has a batch open that may be very long, and what is made of it. */
  readonly opened: AtMost
}

/** To look at a record costs about as much as to copy so many bytes, whatever is in it. */
export const recordCostBytes = 64

/** As `bodyOf`, by `codecs`. Rejects with CorruptRecord. The batch must stay as it is until it settles. */
export async function openedBody(codecs: Codecs, batch: Buffer, at: number, maxBytes: number): Promise<Body> {
  const { codec, bytes, from, to } = storedBody(batch, at)
  if (codec === 0) return { bytes, from, to }
  const opened = await codecs.decompress(codec, bytes.subarray(from, to), maxBytes)
  return { bytes: opened, from: 0, to: opened.length }
}

/** As `buildBatch`. */
export async function buildLongBatch(batch: NewBatch, { pieces, codecs }: Means): Promise<Buffer> {
  const { records, compression = 0, compressionLevel } = batch
  const builder = new BatchBuilder(batch)
  await eachInPieces(pieces, () => (builder.measure() ? recordCostBytes : null))
  let nth = 0
  await eachInPieces(pieces, () => {
    if (!builder.write()) return null
    const { key, value } = records[nth++]!
    return recordCostBytes + (key?.length ?? 0) + (value?.length ?? 0)
  })
  if (compression === 0) return builder.finish(null)
  return builder.finish(await codecs.compress(compression, builder.body(), compressionLevel))
}
