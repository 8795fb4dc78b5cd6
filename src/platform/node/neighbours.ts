/** Other processes of this machine, looked up in /proc, without any other program. */
import * as fs from 'node:fs'
import type { OtherProcess } from '../process'
import { identityOf } from './identity'

/** Inodes of the sockets that listen on a port, over IPv4 and IPv6; none where there is no /proc. */
export function listeningSockets(port: number): ReadonlySet<string> {
  const inodes = new Set<string>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of (readText(table) ?? '').split('\n')) {
      // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode; 0A is LISTEN.
      const fields = line.trim().split(/\s+/)
      const local = fields[1]?.split(':')[1]
      if (fields[3] === '0A' && local && Number.parseInt(local, 16) === port) inodes.add(fields[9]!)
    }
  }
  return inodes
}

function holderOfPort(port: number): OtherProcess | null {
  const sockets = listeningSockets(port)
  return sockets.size === 0 ? null : ownerOf(sockets)
}

/** The first process that holds one of the sockets, of those whose files we may see. */
function ownerOf(inodes: ReadonlySet<string>): OtherProcess | null {
  const wanted = new Set([...inodes].map(inode => `socket:[${inode}]`))
  for (const pid of names('/proc').filter(name => /^\d+$/.test(name))) {
    const holds = names(`/proc/${pid}/fd`).some(fd => wanted.has(linkOf(`/proc/${pid}/fd/${fd}`) ?? ''))
    if (holds) return find(Number(pid))
  }
  return null
}

/**
 * The process that a lock's file names, where it is that one and no other: in another container its number is somebody else's here.
 * Null where it ended or cannot be seen.
 */
function named(identity: string): OtherProcess | null {
  const wanted = identity.trim()
  const pid = Number.parseInt(wanted, 10)
  return !Number.isNaN(pid) && identityOf(pid) === wanted ? find(pid) : null
}

const commandLengthMax = 120

function find(pid: number): OtherProcess | null {
  const line = readText(`/proc/${pid}/cmdline`)
  if (line === null) return isAlive(pid) ? { pid, command: '' } : null
  // One line, whatever was written into the arguments: a script given with -c or -e has many.
  const spoken = line.replace(/[\0\s]+/g, ' ').trim()
  const command = spoken || (readText(`/proc/${pid}/comm`) ?? '').trim()
  return { pid, command: command.length > commandLengthMax ? `${command.slice(0, commandLengthMax)}...` : command }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // A process of another user is there, though we may not signal it.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function readText(path: string): string | null {
  try {
    return fs.readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function names(path: string): string[] {
  try {
    return fs.readdirSync(path)
  } catch {
    return []
  }
}

function linkOf(path: string): string | null {
  try {
    return fs.readlinkSync(path)
  } catch {
    return null
  }
}

export const neighbours = { ownPid: process.pid, named, holderOfPort }
