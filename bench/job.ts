/** What the load generator is asked to do and what it found. */

export interface LoadJob {
  readonly port: number
  /** `transactions`: each request is a batch and the commit of its transaction. */
  readonly kind: 'produce' | 'fetch' | 'transactions'
  readonly topic: string
  readonly partitions: number
  readonly connections: number
  /** Requests in flight on each connection. */
  readonly depth: number
  readonly requests: number
  readonly acks: number
  readonly batchBytes: number
  readonly recordBytes: number
  /** Fetch: most bytes of records asked for at a time. */
  readonly fetchBytes: number
  /** Fetch: records in each partition, after which reading starts anew. */
  readonly recordsPerPartition: number
  /** Produce: records have keys, the same in every batch. */
  readonly isKeyed?: boolean
  /** Produce: the batches are of an idempotent producer, one on each connection. */
  readonly isIdempotent?: boolean
  /** Fetch: as consumers of committed records do. */
  readonly isReadCommitted?: boolean
}

export interface LoadResult {
  /** Bytes of record batches. */
  readonly bytes: number
  readonly requests: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Of the generator itself. */
  readonly cpuSeconds: number
}
