/** `compression.type`: batches are kept as their producer compressed them, or written anew. */
import { compressionAt } from '../protocol/records/batch'
import { compressionNames } from '../protocol/records/compression'
import { recompressed } from '../protocol/records/rebuild'

/** The batch itself where nothing has to change. Throws CorruptRecord. */
export function inCompression(batch: Buffer, compressionType: string): Buffer {
  if (compressionType === 'producer') return batch
  const wanted = compressionType === 'uncompressed' ? 0 : compressionNames.findIndex(name => name === compressionType)
  return wanted === compressionAt(batch) ? batch : recompressed(batch, { compression: wanted })
}
