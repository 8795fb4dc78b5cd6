/** Why a broker does not start, in one line each: what, why, and what to do about it. */
import { relative } from 'node:path'
import type { ConfigRefused, NodeConfig } from '../node/config/config'
import type { Files } from '../platform/files'
import type { OtherProcess, Process } from '../platform/process'
import { splitProgram } from './flags'

/** What the words are made from, besides the error. */
export interface Surroundings {
  readonly process: Process
  readonly files: Files
}

export interface Situation extends Surroundings {
  readonly config: NodeConfig
}

export interface Refusal {
  readonly lines: readonly string[]
  readonly exitCode: 1 | 2
}

const cannotRun = (...lines: string[]): Refusal => ({ lines, exitCode: 1 })

export const refusedConfig = (error: ConfigRefused): Refusal => ({ lines: error.problems, exitCode: 2 })

export function missingDataDir(process: Process): Refusal {
  const fixed = commandWith(process, ['--data-dir', './odradek-data'])
  return {
    lines: [`start keeps data and needs a directory for it: ${fixed}   (in memory: ${programName(process)})`],
    exitCode: 2,
  }
}

/** The words for what `startNode` threw; null for what nobody foresaw, which deserves its stack trace. */
export function refusedStart(error: unknown, situation: Situation): Refusal | null {
  const { code, syscall, name } = error as NodeJS.ErrnoException
  if (name === 'DirectoryRefused') return refusedDirectory(error as DirectoryError, situation)
  if (name === 'CorruptLog') return cannotRun(`${(error as Error).message}. ${mending}`)
  if (name === 'StorageFault') return cannotRun(`${(error as Error).message}.${roomAdvice(error)}`)
  if (name === 'BrokerError') return cannotRun((error as Error).message)
  if (name === 'Refusal') return refusedMetadata(error as Error, situation)
  if (code === undefined) return null
  if (syscall === 'listen' || syscall === 'bind' || syscall === 'getaddrinfo') {
    return refusedAddress(error as ListenError, code, situation)
  }
  return refusedFile(error as NodeJS.ErrnoException)
}

/** As the network throws it: with the port, or the host name, that it was about. */
type ListenError = NodeJS.ErrnoException & { readonly port?: number; readonly hostname?: string }

function refusedAddress(error: ListenError, code: string, { process, config }: Situation): Refusal {
  const [first, ...others] = config.listeners
  const other = others.find(({ listen }) => listen.port === error.port || listen.host === error.hostname)
  const { host, port } = (other ?? first).listen
  switch (code) {
    case 'EADDRINUSE': {
      // A connection that goes out, or one that just ended, holds a port without anybody listening on it.
      // Of several nodes, each after the first has the port after that of the one before it.
      const taken = error.port || port
      const by = spoken(process.holderOfPort(taken)) ?? 'another process or a connection that is about to end'
      if (other) return cannotRun(`port ${port} of ${other.name} is taken by ${by}. Give it another in listeners.`)
      return cannotRun(`port ${taken} is taken by ${by}. Another port: ${commandWith(process, ['--port', '0'])}`)
    }
    case 'EACCES':
      return cannotRun(
        `port ${port} may not be opened by this user. Another: ${commandWith(process, ['--port', '9092'])}`,
      )
    case 'EADDRNOTAVAIL':
      return cannotRun(
        `${host} is no address of this machine. Every one that is: ${commandWith(process, ['--host', '0.0.0.0'])}`,
      )
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return cannotRun(
        `the host name '${host}' is not known (${code}). Give an address of this machine, such as --host 127.0.0.1`,
      )
    default:
      return cannotRun(`${host}:${port} cannot be listened on: ${code}.`)
  }
}

/** As `storage/fault.ts` throws it; known by its name, so that this file loads nothing of the storage. */
interface DirectoryError extends Error {
  readonly path: string
  readonly reason: string
  readonly cause?: unknown
}

/** The words for a data directory that cannot be used. */
export function refusedDirectory(error: DirectoryError, situation: Surroundings): Refusal {
  const { path, reason, message } = error
  const said = message.replace(/\.$/, '')
  switch (reason) {
    case 'locked':
      return cannotRun(
        `the data directory ${path} is in use by ${ownerOf(path, situation) ?? 'another process, perhaps in another container'}. Stop that one, or give another directory with --data-dir.`,
      )
    case 'other cluster':
      return cannotRun(
        `${said}. Give its own directory to each cluster, or leave odradek.cluster.id out to take what is there.`,
      )
    case 'other node':
      return cannotRun(`${said}. Leave node.id out to take what is there, or give another directory with --data-dir.`)
    case 'unknown format':
      return cannotRun(
        `${said}. A newer version wrote it: run that version, or give another directory with --data-dir.`,
      )
    case 'not migrated':
      return cannotRun(
        `${said}. Nothing was changed. Migrate that cluster to KRaft with Apache Kafka 3.9 first, or give another directory with --data-dir.`,
      )
    case 'not there':
      return cannotRun(`there is no directory ${path}. Give the one that a broker keeps its data in with --data-dir.`)
    case 'no identity':
      return cannotRun(
        `${said}. Nothing was changed. Put that file back from a copy, or give another directory with --data-dir.`,
      )
    case 'damaged identity':
      return cannotRun(
        `${said}. Nothing was changed. Put that file back from a copy or mend the line, or give another directory with --data-dir.`,
      )
    case 'foreign files':
      return cannotRun(`${said}. Give an empty directory, or one that is not there yet, with --data-dir.`)
    case 'unreadable rules':
      return cannotRun(
        `${said}. Put its __cluster_metadata-0 back from a whole copy; or start once without authorizer.class.name, and make the rules anew before you set it again.`,
      )
    case 'lost metadata':
      return cannotRun(`${said}. ${mending}`)
    default: {
      const words = fileWords[(error.cause as NodeJS.ErrnoException | undefined)?.code ?? '']
      const why = words ? `${path} cannot be used: ${words}` : said
      return cannotRun(`${why}.${roomAdvice(error) || ' Give a directory that this user can write with --data-dir.'}`)
    }
  }
}

/** What helps against bytes that are not what was written. */
const mending =
  'Nothing was changed. Put the file back from a copy of the directory, or give another directory with --data-dir.'

/** What helps where the disk has no room; empty where that is not what is wrong. */
function roomAdvice(error: unknown): string {
  const { code } = ((error as Error).cause ?? error) as NodeJS.ErrnoException
  return code === 'ENOSPC' || code === 'EDQUOT' ? ' Make room on that disk; what is stored is safe.' : ''
}

/** What the metadata refuses at start: a store that is another cluster's, or one that the disk does not take. */
function refusedMetadata(error: Error, { config }: Situation): Refusal {
  const said = error.message.replace(/\.$/, '')
  const isOther = (error as Error & { code?: unknown }).code === inconsistentClusterId
  if (isOther) return cannotRun(`${config.dataDir}: ${said}, as meta.properties has it. ${mending}`)
  return cannotRun(`${config.dataDir}: ${said}. Make room on that disk, or see to it; what is stored is safe.`)
}

const inconsistentClusterId = 104

const fileWords: { readonly [code: string]: string } = {
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  ENOENT: 'there is no such file or directory',
  ENOTDIR: 'it, or a part of its path, is a file and not a directory',
  EEXIST: 'a file of that name is in the way',
  EISDIR: 'it is a directory',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: "the user's share of the disk is used up",
  EMFILE: 'too many files are open; raise the limit (ulimit -n)',
}

const rightAdvice = ' Give the user who runs this the right to it, and to what lies beside it.'

const fileAdvice: { readonly [code: string]: string } = {
  EACCES: rightAdvice,
  EPERM: rightAdvice,
  EISDIR: ' Move it away, or put the file back from a copy.',
  EROFS: ' Make it writable, or give another directory with --data-dir.',
}

function refusedFile({ path, code, message }: NodeJS.ErrnoException): Refusal | null {
  if (path === undefined) return code === 'ENOSPC' ? cannotRun(`${fileWords[code]}.${roomAdvice({ code })}`) : null
  return cannotRun(
    `${path} cannot be used: ${fileWords[code!] ?? message}.${fileAdvice[code!] ?? roomAdvice({ code })}`,
  )
}

/** The lock's file says who holds it. */
function ownerOf(directory: string, { files, process }: Surroundings): string | null {
  try {
    return spoken(process.named(files.readFile(`${directory}/.lock`).toString('latin1')))
  } catch {
    return null
  }
}

function spoken(other: OtherProcess | null): string | null {
  if (other === null) return null
  return other.command === '' ? `process ${other.pid}` : `process ${other.pid} (${other.command})`
}

/** How this program was called, as far as a person would type it again. */
function programName({ env, script, workingDir }: Process): string {
  if (env['npm_lifecycle_event'] === 'npx') return 'npx odradek'
  if (env['npm_lifecycle_event'] === 'start') return 'npm start --'
  return script.endsWith('.js') ? `node ${relative(workingDir, script)}` : 'odradek'
}

/** The command that was given, with one flag added or replaced: ready to be pasted. */
export function commandWith(process: Process, [flag, value]: readonly [string, string]): string {
  const short = { '--port': '-p', '--data-dir': '-d' }[flag]
  // What a program is given is its own, whatever it looks like.
  const { own, program } = splitProgram(process.argv)
  const kept: string[] = []
  for (let at = 0; at < own.length; at++) {
    const word = own[at]!
    if (word === flag || word === short) at += 1
    else if (!word.startsWith(`${flag}=`) && !(short && /^-[pd]./.test(word) && word.startsWith(short))) kept.push(word)
  }
  const beside = program.length === 0 ? [] : ['--', ...program.map(quoted)]
  return [programName(process), ...kept.map(quoted), flag, quoted(value), ...beside].join(' ')
}

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)
