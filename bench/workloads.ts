/** What is measured, and how much of it. */
import type { LoadJob } from './job'

export type Shape = Omit<LoadJob, 'port' | 'topic'>

export interface Workload {
  readonly name: string
  readonly about: string
  readonly shape: Shape
}

const kib = 1024
const mib = 1024 * kib

const base = { kind: 'produce', acks: 1, recordBytes: kib, fetchBytes: 0, recordsPerPartition: 0 } as const

/** Requests that move about `bytes`. */
const requestsFor = (bytes: number, each: number): number => Math.max(1, Math.ceil(bytes / each))

/** `scale` 1 is the whole measurement; smaller for a quick look. */
export function workloads(scale: number): Workload[] {
  const produced = 512 * mib * scale
  const small = {
    ...base,
    batchBytes: 16 * kib,
    partitions: 4,
    connections: 8,
    depth: 4,
    requests: requestsFor(produced, 16 * kib),
  }
  const large = {
    ...base,
    batchBytes: mib - 64,
    partitions: 4,
    connections: 4,
    depth: 2,
    requests: requestsFor(2 * produced, mib),
  }
  const one = { ...base, batchBytes: 0, recordBytes: 100, partitions: 4 }
  return [
    ...([0, 1, -1] as const).map(acks => ({
      name: `produce 16 KB acks ${acks === -1 ? 'all' : acks}`,
      about: '8 connections, 4 requests in flight on each',
      shape: { ...small, acks },
    })),
    ...([0, 1, -1] as const).map(acks => ({
      name: `produce 1 MB acks ${acks === -1 ? 'all' : acks}`,
      about: '4 connections, 2 requests in flight on each',
      shape: { ...large, acks },
    })),
    {
      name: 'produce 16 KB of 100 B records acks all',
      about: '8 connections, 4 requests in flight on each',
      shape: { ...small, acks: -1, recordBytes: 100 },
    },
    {
      name: 'produce 1 MB of 100 B records acks all',
      about: '4 connections, 2 requests in flight on each',
      shape: { ...large, acks: -1, recordBytes: 100 },
    },
    {
      name: 'one record a request, acks all, in a row',
      about: '1 connection, 1 request in flight',
      shape: { ...one, acks: -1, connections: 1, depth: 1, requests: Math.ceil(8000 * scale) },
    },
    {
      name: 'one record a request, acks all, many',
      about: '8 connections, 8 requests in flight on each',
      shape: { ...one, acks: -1, connections: 8, depth: 8, requests: Math.ceil(120_000 * scale) },
    },
    {
      name: 'idempotent produce 16 KB',
      about: '8 connections, each a producer with 4 requests in flight',
      shape: { ...small, acks: -1, isIdempotent: true },
    },
    {
      name: 'transactions of 16 KB',
      about: '8 producers; a request is a batch and its commit',
      shape: { ...small, kind: 'transactions', acks: -1, depth: 1, requests: Math.ceil(8000 * scale) },
    },
    {
      name: 'fetch 16 KB batches, 1 MB a time, read_committed',
      about: '4 connections, 1 request in flight on each',
      shape: {
        ...small,
        kind: 'fetch',
        isReadCommitted: true,
        fetchBytes: mib,
        connections: 4,
        depth: 1,
        requests: requestsFor(4 * produced, mib),
      },
    },
    {
      name: 'fetch 16 KB batches, 1 MB a time',
      about: '4 connections, 1 request in flight on each',
      shape: {
        ...small,
        kind: 'fetch',
        fetchBytes: mib,
        connections: 4,
        depth: 1,
        requests: requestsFor(4 * produced, mib),
      },
    },
    {
      name: 'fetch 16 KB batches, one a time',
      about: '4 connections, 1 request in flight on each',
      shape: {
        ...small,
        kind: 'fetch',
        fetchBytes: 16 * kib,
        connections: 4,
        depth: 1,
        requests: requestsFor(produced, 16 * kib),
      },
    },
    {
      name: 'fetch 1 MB batches',
      about: '4 connections, 1 request in flight on each',
      shape: { ...large, kind: 'fetch', fetchBytes: mib, depth: 1, requests: requestsFor(4 * produced, mib) },
    },
  ]
}
