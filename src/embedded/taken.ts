/** Who has the port or the directory that a broker wants: often another broker of the same process, which nobody stopped. */
import { resolve } from 'node:path'
import { nodeClock } from '../platform/node/clock'
import type { OtherProcess } from '../platform/process'
import { BrokerError, ToldBrokerError } from './contract/commands'

interface Place {
  readonly host: string
  readonly port: number
}

/** A broker of this process, with what it has taken. */
export interface Tenant {
  readonly dir: string | null
  /** Where it is found; null until it listens. */
  readonly home: Place | null
  /** Where it listens now: a node that is down has given its ports back. */
  places(): readonly Place[]
  readonly sinceMs: number
}

const tenants = new Set<Tenant>()

/** Gives what ends it. */
export function settle({ dir, home, places }: Omit<Tenant, 'sinceMs'>): () => void {
  const tenant = { dir: dir === null ? null : resolve(dir), home, places, sinceMs: nodeClock.now() }
  tenants.add(tenant)
  return () => void tenants.delete(tenant)
}

/** The error, thrown where the stack of `asked` says. */
export function calledAt(asked: { readonly stack?: string }, error: unknown): unknown {
  if (!(error instanceof BrokerError) || asked.stack === undefined) return error
  const frames = asked.stack.split('\n').filter(line => /^\s+at /.test(line))
  error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n')
  return error
}

/**
 * The error in words that say who has it; others are given back as they are. `own` are the ports of the broker that asks,
 * which has lost one of them.
 */
export function explained(error: unknown, own: readonly number[] = []): unknown {
  if (!(error instanceof ToldBrokerError) || error.taken === null) return error
  const { port, dir } = error.taken
  const says = dir !== undefined ? takenDir(dir) : own.includes(port!) ? lostPort(port!, own) : takenPort(port!)
  return new ToldBrokerError({ message: says, code: error.code })
}

function takenPort(port: number): string {
  const tenant = [...tenants].find(({ places }) => places().some(place => place.port === port))
  const by = tenant ? ours(tenant) : holderOf(port)
  return `port ${port} is taken by ${by}. ${tenant ? 'Stop that one first' : 'Give another port'}, or leave port out for a free one.`
}

/** The port of a node that was stopped, and is to be there again. */
function lostPort(port: number, own: readonly number[]): string {
  const tenant = [...tenants].find(({ home, places }) => {
    return places().some(place => place.port === port) && home !== null && !own.includes(home.port)
  })
  const by = tenant ? ours(tenant) : holderOf(port)
  return `port ${port} of this node has been taken by ${by}. A node keeps its port: start it again when that is free.`
}

function takenDir(dir: string): string {
  const path = resolve(dir)
  const tenant = [...tenants].find(one => one.dir === path)
  const by = tenant ? ours(tenant) : words(ownerOf(path), 'another process, perhaps in another container')
  return `the data directory ${dir} is in use by ${by}. Stop that one first, or give another directory.`
}

const holderOf = (port: number): string =>
  words(neighbours().holderOfPort(port), 'another process, or a connection that is about to end')

function ours({ home, sinceMs }: Tenant): string {
  const since = new Date(sinceMs).toISOString()
  return home
    ? `a broker of this very process, the one at ${home.host}:${home.port}, since ${since}`
    : `a broker of this very process, which began to start at ${since}`
}

function words(other: OtherProcess | null, nobody: string): string {
  if (other === null) return nobody
  if (other.pid === neighbours().ownPid) return `something else of this very process (${other.pid})`
  return other.command === '' ? `process ${other.pid}` : `process ${other.pid} (${other.command})`
}

/** The lock's file says who holds it. */
function ownerOf(path: string): OtherProcess | null {
  const { nodeFiles } = require('../platform/node/files') as typeof import('../platform/node/files')
  try {
    return neighbours().named(nodeFiles.readFile(`${path}/.lock`).toString('latin1'))
  } catch {
    return null
  }
}

/** Loaded by those who have a reason to look. */
const neighbours = () =>
  (require('../platform/node/neighbours') as typeof import('../platform/node/neighbours')).neighbours
