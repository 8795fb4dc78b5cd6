/** The encoder and decoder of kafkajs, an independent client, as judges of what we write and read. */

interface Decoded {
  readonly firstOffset: string
  readonly partitionLeaderEpoch: number
  readonly maxTimestamp: string
  readonly lastOffsetDelta: number
  readonly producerId: string
  readonly producerEpoch: number
  readonly firstSequence: number
  readonly inTransaction: boolean
  readonly isControlBatch: boolean
  readonly records: readonly DecodedRecord[]
}

export interface DecodedRecord {
  readonly offset: string
  readonly timestamp: string
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Record<string, Buffer | Buffer[]>
}

type DecoderClass = new (bytes: Buffer) => object

const Decoder = require('kafkajs/src/protocol/decoder') as DecoderClass
const batchDecoder = require('kafkajs/src/protocol/recordBatch/v0/decoder') as (decoder: object) => Promise<Decoded>
const batchEncoder = require('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch(batch: object): Promise<{ buffer: Buffer }>
}
const recordEncoder = require('kafkajs/src/protocol/recordBatch/record/v0') as (record: object) => object
const setEncoder = require('kafkajs/src/protocol/messageSet') as (set: object) => { buffer: Buffer }
const setDecoder = require('kafkajs/src/protocol/messageSet/decoder') as (
  decoder: object,
  sizeBytes: number,
) => Promise<readonly DecodedRecord[]>

export const decodedByKafkajs = (batch: Buffer): Promise<Decoded> => batchDecoder(new Decoder(batch))

export async function encodedByKafkajs(
  records: readonly { offsetDelta: number; timestampDelta: number; key: unknown; value: unknown; headers?: object }[],
  batch: { firstTimestamp: number; maxTimestamp: number; compression: number },
): Promise<Buffer> {
  const encoded = records.map(record => recordEncoder(record))
  const { buffer } = await batchEncoder.RecordBatch({ ...batch, lastOffsetDelta: records.length - 1, records: encoded })
  return buffer
}

export const setEncodedByKafkajs = (
  messageVersion: number,
  entries: readonly { key: string | null; value: string | null; timestamp?: number }[],
): Buffer => setEncoder({ messageVersion, compression: 0, entries }).buffer

export const setDecodedByKafkajs = (set: Buffer): Promise<readonly DecodedRecord[]> =>
  setDecoder(new Decoder(set), set.length)
