/** Who has the port or the directory that a broker wants: often another broker of the same process, which nobody stopped. */
import { resolve } from 'node:path'
import { nodeClock } from '../platform/node/clock'
import type { OtherProcess } from '../platform/process'
import { ToldBrokerError } from './commands'

/** A broker of this process, with what it has taken. */
export interface Tenant {
  readonly dir: string | null
  /** Empty until it listens. */
  readonly places: readonly { readonly host: string; readonly port: number }[]
  readonly sinceMs: number
}

const tenants = new Set<Tenant>()

/** Gives what ends it. */
export function settle({ dir, places }: Pick<Tenant, 'dir' | 'places'>): () => void {
  const tenant = { dir: dir === null ? null : resolve(dir), places, sinceMs: nodeClock.now() }
  tenants.add(tenant)
  return () => void tenants.delete(tenant)
}

/** The error in words that say who has it; others are given back as they are. */
export function explained(error: unknown): unknown {
  if (!(error instanceof ToldBrokerError) || error.taken === null) return error
  const { port, dir } = error.taken
  const says = dir === undefined ? takenPort(port!) : takenDir(dir)
  return new ToldBrokerError({ message: says, code: error.code })
}

function takenPort(port: number): string {
  const tenant = [...tenants].find(({ places }) => places.some(place => place.port === port))
  const by = tenant
    ? ours(tenant)
    : words(neighbours().holderOfPort(port), 'another process, or a connection that is about to end')
  return `port ${port} is taken by ${by}. ${tenant ? 'Stop that one first' : 'Give another port'}, or leave port out for a free one.`
}

function takenDir(dir: string): string {
  const path = resolve(dir)
  const tenant = [...tenants].find(one => one.dir === path)
  const by = tenant ? ours(tenant) : words(ownerOf(path), 'another process')
  return `the data directory ${dir} is in use by ${by}. Stop that one first, or give another directory.`
}

function ours({ places: [first], sinceMs }: Tenant): string {
  const since = new Date(sinceMs).toISOString()
  return first
    ? `a broker of this very process, the one at ${first.host}:${first.port}, since ${since}`
    : `a broker of this very process, which began to start at ${since}`
}

function words(other: OtherProcess | null, nobody: string): string {
  if (other === null) return nobody
  if (other.pid === neighbours().ownPid) return `something else of this very process (${other.pid})`
  return other.command === '' ? `process ${other.pid}` : `process ${other.pid} (${other.command})`
}

/** The lock's file begins with the process id of who holds it. */
function ownerOf(path: string): OtherProcess | null {
  const { nodeFiles } = require('../platform/node/files') as typeof import('../platform/node/files')
  try {
    const pid = Number.parseInt(nodeFiles.readFile(`${path}/.lock`).toString('latin1'), 10)
    return Number.isNaN(pid) ? null : neighbours().find(pid)
  } catch {
    return null
  }
}

/** Loaded by those who have a reason to look. */
const neighbours = () =>
  (require('../platform/node/neighbours') as typeof import('../platform/node/neighbours')).neighbours
