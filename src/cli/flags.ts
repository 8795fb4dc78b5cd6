/** What may stand on the command line. One table; parsing, help and suggestions are made from it. */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import type { Flags } from '../node/config/sources'

export type Command = 'dev' | 'start' | 'run' | 'failures'

/** Commands that are given a program to run. */
const runners: readonly (string | undefined)[] = ['run', 'failures']

export interface CommandFacts {
  readonly about: string
  readonly isDefault?: true
}

export const commands: { readonly [C in Command]: CommandFacts } = {
  dev: { about: 'run a broker for development, in memory unless a data directory is given', isDefault: true },
  start: { about: 'run a broker that keeps its data (needs --data-dir)' },
  run: { about: 'run a command beside a broker on a free port: odradek run -- npm test' },
  failures: { about: 'run a command once for each standard failure: odradek failures -- npm test' },
}

export interface Flag {
  readonly short?: string
  /** What stands for the value in the help; a flag without one is on or off. */
  readonly value?: string
  readonly repeats?: true
  /** The commands that have it; all have the others. */
  readonly of?: readonly Command[]
  readonly about: string
  /** What it is about for commands that run a program, where that is something else. */
  readonly aboutOfRunners?: string
}

export const flagTable: { readonly [name: string]: Flag } = {
  port: {
    short: 'p',
    value: 'PORT',
    about: 'port to listen on; 0 picks a free one (default 9092)',
    aboutOfRunners: 'port to listen on (default: a free one)',
  },
  host: { value: 'HOST', about: 'address to listen on (default 127.0.0.1; 0.0.0.0 is every interface)' },
  advertise: {
    value: 'HOST[:PORT]',
    about: 'the address that clients are told (default auto: the one by which each of them came)',
  },
  'data-dir': { short: 'd', value: 'DIR', about: 'keep everything in this directory' },
  profile: { value: 'NAME', about: 'dev, test, strict or prod: a set of defaults' },
  'as-version': {
    value: 'X.Y',
    about: 'serve the APIs and versions that this release of Apache Kafka did, as 2.8 or 3.9',
  },
  config: { value: 'FILE', about: "a server.properties with Apache Kafka's broker config names" },
  set: { value: 'KEY=VALUE', repeats: true, about: 'one broker config; may be given many times' },
  flush: { value: 'MODE', about: 'group: acknowledged means on disk; os: left to the operating system' },
  'log-level': { value: 'LEVEL', about: 'debug, info, warn or error; the log goes to standard error' },
  brokers: {
    value: 'COUNT',
    of: ['dev', 'run', 'failures'],
    about: 'how many nodes the cluster has, each at a port of its own (default 1)',
  },
  topic: { value: 'NAME[:PARTITIONS]', repeats: true, about: 'a topic to begin with; may be given many times' },
  control: {
    about: 'open a port of 127.0.0.1 by which tests move the time and make faults; ODRADEK_CONTROL says where',
  },
  env: {
    value: 'NAME=VALUE',
    repeats: true,
    of: ['run', 'failures'],
    about:
      'a variable for the command; {brokers}, {host}, {port} and {control} in it say where; may be given many times',
  },
  only: {
    value: 'NAME',
    repeats: true,
    of: ['failures'],
    about: 'one that is tried, or a kind of them, or several with commas; may be given many times',
  },
  without: { value: 'NAME', repeats: true, of: ['failures'], about: 'one that is not tried, as --only' },
  timeout: { value: 'SECONDS', of: ['failures'], about: 'how long the command may take each time (default 60)' },
  report: { value: 'FILE', of: ['failures'], about: 'write a JUnit XML report' },
  list: { of: ['failures'], about: 'print what there is' },
  json: { of: ['dev', 'start'], about: 'print one line of JSON when ready, instead of text' },
  'ready-file': {
    value: 'FILE',
    of: ['dev', 'start'],
    about: 'write that line to a file when ready; it is removed on stop',
  },
}

/** What `failures` is told. */
interface MatrixFlags {
  readonly only: readonly string[]
  readonly without: readonly string[]
  readonly timeout: string | undefined
  readonly report: string | undefined
  readonly list: boolean
}

/** A command line that could be read. */
export interface CommandLine {
  readonly command: Command
  readonly flags: Flags
  readonly json: boolean
  readonly control: boolean
  /** How many nodes there are to be, as it was written. */
  readonly brokers: string | undefined
  /** Topics to begin with, as they were written. */
  readonly topics: readonly string[]
  /** Variables for the program, as they were written. */
  readonly env: readonly string[]
  readonly matrix: MatrixFlags
  readonly readyFile: string | undefined
  /** What `run` runs, with its arguments. */
  readonly program: readonly string[]
}

/** What the parsers give: by a flag's name, its value, `true`, or the values of one that repeats. */
export type FlagValues = { readonly [name: string]: string | boolean | readonly string[] | undefined }

export function commandLine(command: Command, values: FlagValues, program: readonly string[]): CommandLine {
  const text = (name: string) => values[name] as string | undefined
  const named = {
    // A command is told where the broker is, so any port will do.
    port: text('port') ?? (runners.includes(command) ? '0' : undefined),
    host: text('host'),
    advertise: text('advertise'),
    dataDir: text('data-dir'),
    profile: text('profile'),
    asVersion: text('as-version'),
    config: text('config'),
    flush: text('flush'),
    logLevel: text('log-level'),
    set: values['set'] as readonly string[] | undefined,
  }
  const flags = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)) as Flags
  const texts = (name: string) => (values[name] as readonly string[] | undefined) ?? []
  const listed = (name: string) => texts(name).flatMap(text => text.split(',').map(one => one.trim()))
  return {
    command,
    flags,
    json: values['json'] === true,
    control: values['control'] === true,
    brokers: text('brokers'),
    topics: texts('topic'),
    env: texts('env'),
    readyFile: text('ready-file'),
    matrix: {
      only: listed('only'),
      without: listed('without'),
      timeout: text('timeout'),
      report: text('report'),
      list: values['list'] === true,
    },
    program,
  }
}

/**
 * Reads the usual command line without loading a library, which takes as long as all the rest of starting. Null for
 * everything that deserves an answer in words: help, a mistake.
 */
export function parseUsual(argv: readonly string[]): CommandLine | null {
  const { own, program } = splitProgram(argv)
  // Who has nothing to run has made a mistake.
  const isRunner = runners.includes(argv[0]) && !own.includes('--list')
  if (isRunner !== program.length > 0) return null
  const named = argv[0] !== undefined && Object.hasOwn(commands, argv[0])
  try {
    const command = named ? (argv[0] as Command) : 'dev'
    const { values } = parseArgs({ args: own.slice(named ? 1 : 0), options: parseOptions(command) })
    return commandLine(command, values as FlagValues, program)
  } catch {
    return null
  }
}

/** Our own arguments, and those of the program that `run` is given: after `--`, or from the first word that is no flag's. */
export function splitProgram(argv: readonly string[]): {
  readonly own: readonly string[]
  readonly program: readonly string[]
} {
  if (!runners.includes(argv[0])) return { own: argv, program: [] }
  let at = 1
  while (at < argv.length && argv[at] !== '--' && argv[at]!.startsWith('-')) {
    at += takesNext(argv[at]!) && argv[at + 1] !== '--' ? 2 : 1
  }
  return { own: argv.slice(0, at), program: argv.slice(argv[at] === '--' ? at + 1 : at) }
}

/** Whether the value of a flag is the next word; what is no flag of ours has none. */
function takesNext(word: string): boolean {
  const flags = Object.entries(flagTable)
  return flags.some(([name, { short, value }]) => value !== undefined && (word === `--${name}` || word === `-${short}`))
}

/** The flags that a command has, by their names. */
export const flagsOf = (command: Command): readonly (readonly [string, Flag])[] =>
  Object.entries(flagTable)
    .filter(([, { of }]) => of === undefined || of.includes(command))
    .map(([name, { aboutOfRunners, ...flag }]) => {
      return [name, runners.includes(command) && aboutOfRunners ? { ...flag, about: aboutOfRunners } : flag] as const
    })

function parseOptions(command: Command): NonNullable<ParseArgsConfig['options']> {
  return Object.fromEntries(
    flagsOf(command).map(([name, { short, value, repeats }]) => [
      name,
      { type: value ? 'string' : 'boolean', ...(short && { short }), ...(repeats && { multiple: true }) },
    ]),
  )
}
