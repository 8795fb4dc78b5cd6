/** Bytes that lie in several buffers, as a log keeps record batches: referenced on their way to the socket, never joined. */
export interface Slices {
  readonly buffers: readonly Buffer[]
  readonly sizeBytes: number
}
