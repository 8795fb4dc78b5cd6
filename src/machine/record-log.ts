/** The port through which a machine's records reach a log: append, know what is durable, read everything again. */

export interface KeyValue {
  readonly key: Buffer
  /** Null removes what was remembered under the key. */
  readonly value: Buffer | null
}

/** Who wrote a batch: -1 in both outside of transactions. */
export interface Origin {
  readonly producerId: number
  readonly producerEpoch: number
}

export const noProducer: Origin = { producerId: -1, producerEpoch: -1 }

/** The end of a transaction of `Origin`, as its coordinator decided it. */
export interface EndOfTransaction extends Origin {
  readonly commit: boolean
  readonly coordinatorEpoch: number
  /** With 2 the epoch is one above that of the transaction's records (KIP-890). */
  readonly transactionVersion: number
}

/** What `readAll` hands over, in the order of offsets. Buffers may be views of a larger one: copy what must stay. */
export interface RecordReader {
  record(key: Buffer, value: Buffer | null, offset: number, origin: Origin): void
  /** The end of a transaction of `origin`: what it wrote before counts from here on, or never. */
  marker(committed: boolean, offset: number, origin: Origin): void
}

export interface RecordLog {
  /** The offset that the next record will get. */
  readonly end: number
  /**
   * Appends in one batch, at once: the records can be read when this returns. Gives the new `end`. Throws StorageFault
   * when nothing was appended, and Refusal when this broker may not append (any more).
   */
  append(records: readonly KeyValue[], origin?: Origin): number
  /** Appends the marker that ends a transaction; as `append` otherwise. Refuses one that comes too late. */
  appendMarker(marker: EndOfTransaction): number
  /** Settles when everything below `upTo` is as durable as the broker promises; undefined when it already is. */
  durable(upTo: number): Promise<void> | undefined
  /** Every record from the start to `end`. May give way to other work in between, so that a long log blocks nobody. */
  readAll(reader: RecordReader): Promise<void>
}
