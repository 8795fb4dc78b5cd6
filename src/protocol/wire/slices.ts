/** Bytes that lie in several buffers, as a log keeps record batches: referenced on their way to the socket, never joined. */
export interface Slices {
  readonly buffers: readonly Buffer[]
  readonly sizeBytes: number
  /** Tells that nobody looks at the buffers any more, so that they may be used again. Saying so is optional. */
  readonly release?: () => void
}
