/** `compression.type`: batches are kept as their producer compressed them, or written anew. */
import { Refusal } from '../protocol/errors'
import { compressionAt } from '../protocol/records/batch'
import { compressionNames } from '../protocol/records/compression'
import { type Rebuild, recompressed } from '../protocol/records/rebuild'
import type { Keep } from '../storage/log'

export interface StoringConfig {
  readonly compressionType: string
  /** -1 for the codec's own default. */
  readonly compressionGzipLevel?: number
  readonly compressionZstdLevel?: number
  readonly maxMessageBytes: number
  readonly segmentBytes?: number
  readonly internalSegmentBytes?: number | null
}

/**
 * A batch as it is stored, which is the batch itself where nothing has to change. Throws CorruptRecord, MESSAGE_TOO_LARGE
 * when it has become too large, and RECORD_LIST_TOO_LARGE for one that no segment holds. `prepared` gives what has been
 * written anew already.
 */
export function asStored(batch: Buffer, config: StoringConfig, prepared?: () => Buffer): Buffer {
  const stored = inCompression(batch, config, prepared)
  if (stored !== batch && stored.length > config.maxMessageBytes) {
    const says = `A batch of ${stored.length} bytes, as it is stored, where ${config.maxMessageBytes} are allowed`
    throw new Refusal('MESSAGE_TOO_LARGE', says)
  }
  const segmentBytes = config.internalSegmentBytes ?? config.segmentBytes ?? Infinity
  if (stored.length > segmentBytes) {
    throw new Refusal('RECORD_LIST_TOO_LARGE', `A batch of ${stored.length} bytes, and a segment holds ${segmentBytes}`)
  }
  return stored
}

/** How what is stored is kept: as what came, or for nothing where it is in a buffer that nobody else has. */
export const keepOf = (stored: Buffer, batch: Buffer, keep: Keep | undefined): Keep | undefined =>
  stored === batch ? keep : () => () => {}

function inCompression(batch: Buffer, config: StoringConfig, prepared?: () => Buffer): Buffer {
  const rebuild = newCompression(batch, config)
  if (rebuild === null) return batch
  return prepared ? prepared() : recompressed(batch, rebuild)
}

/** How a batch is written anew; null where it stays as it is. */
export function newCompression(batch: Buffer, config: StoringConfig): Rebuild | null {
  const { compressionType } = config
  if (compressionType === 'producer') return null
  const compression =
    compressionType === 'uncompressed' ? 0 : compressionNames.findIndex(name => name === compressionType)
  if (compression === compressionAt(batch)) return null
  const compressionLevel = levelOf(config)
  return { compression, ...(compressionLevel === undefined ? {} : { compressionLevel }) }
}

function levelOf({ compressionType, compressionGzipLevel, compressionZstdLevel }: StoringConfig): number | undefined {
  if (compressionType === 'gzip') return compressionGzipLevel
  return compressionType === 'zstd' ? compressionZstdLevel : undefined
}
