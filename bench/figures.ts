/** What a run of the benchmark finds: medians of a workload, and of starts. */
export interface Figure {
  readonly workload: string
  readonly broker: string
  readonly megabytesPerSecond: number
  readonly requestsPerSecond: number
  readonly cpuSecondsPerGigabyte: number
  readonly cpuMicrosPerRequest: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** CPU seconds of the load generator for each second of the trial: near 1 the generator is what is measured. */
  readonly generatorLoad: number
}

export interface StartUp {
  readonly broker: string
  readonly listeningMs: number
  readonly acknowledgedMs: number
  readonly idleBytes: number
  loadedBytes: number
}
