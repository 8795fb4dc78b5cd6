/** Codecs that kafkajs wants to be given: snappy in the framing of the Java client, lz4 frames, zstd. */
import { Decoder, Encoder } from '@toondepauw/node-zstd'
import { CompressionCodecs, CompressionTypes } from 'kafkajs'
import { compressFrameSync, decompressFrameSync } from 'lz4-napi'
import snappy from 'snappy'

interface Encoded {
  readonly buffer: Buffer
}

const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00, 0, 0, 0, 1, 0, 0, 0, 1])
const blockBytes = 32 * 1024

function snappyBlocks(plain: Buffer): Buffer {
  const parts: Uint8Array[] = [xerialMagic]
  for (let at = 0; at < plain.length; at += blockBytes) {
    const block = snappy.compressSync(plain.subarray(at, at + blockBytes))
    const length = Buffer.alloc(4)
    length.writeInt32BE(block.length)
    parts.push(length, block)
  }
  return Buffer.concat(parts)
}

function snappyPlain(framed: Buffer): Buffer {
  if (!framed.subarray(0, 8).equals(xerialMagic.subarray(0, 8))) return snappy.uncompressSync(framed) as Buffer
  const parts: Buffer[] = []
  for (let at = 16; at < framed.length; ) {
    const length = framed.readInt32BE(at)
    parts.push(snappy.uncompressSync(framed.subarray(at + 4, at + 4 + length)) as Buffer)
    at += 4 + length
  }
  return Buffer.concat(parts)
}

const codec = (compress: (plain: Buffer) => Buffer, decompress: (packed: Buffer) => Buffer) => () => ({
  compress: async (encoder: Encoded) => compress(encoder.buffer),
  decompress: async (packed: Buffer) => decompress(packed),
})

/** Puts the codecs in place for every client of this process. */
export function installCodecs(): void {
  CompressionCodecs[CompressionTypes.Snappy] = codec(snappyBlocks, snappyPlain)
  CompressionCodecs[CompressionTypes.LZ4] = codec(compressFrameSync, decompressFrameSync)
  CompressionCodecs[CompressionTypes.ZSTD] = codec(
    plain => new Encoder(3).encodeSync(plain),
    packed => new Decoder().decodeSync(packed),
  )
}
