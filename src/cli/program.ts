/** The command line in words: help, version, and what is wrong with a mistaken one. Loaded only when it is needed. */
import type { Command as Speaker } from 'commander'
import { nearestNames } from '../platform/nearest'
import { version } from '../platform/version'
import { doctorFlags } from './doctor/flags'
import { logFlags, logVerbs } from './log/flags'
import {
  type Command,
  type CommandLine,
  type FlagValues,
  commandLine,
  commands,
  flagTable,
  flagsOf,
  splitProgram,
} from './flags'

type Library = typeof import('commander')

/** What to say, and the exit code that goes with it; or a command line that could be read after all. */
export type Verdict = { readonly said: string; readonly exitCode: 0 | 2 } | CommandLine

export function explain(argv: readonly string[]): Verdict {
  const [first, asked, ...more] = argv
  if (first !== 'help' || asked?.startsWith('-')) return explained(argv)
  if (asked !== undefined && !allCommands.includes(asked)) return { said: unknownCommand(asked), exitCode: 2 }
  return explained(asked === undefined || asked === 'help' ? ['--help'] : [asked, '--help', ...more])
}

function explained(argv: readonly string[]): Verdict {
  const library = require('commander') as Library
  const { own, program: toRun } = splitProgram(argv)
  let said = ''
  let line: CommandLine | null = null
  const listen = (text: string): void => {
    said += text
  }
  const program = speaker(library, 'odradek', listen)
    .description('A broker for Kafka clients.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .enablePositionalOptions()
    .addHelpText('after', examples)
  addFlags(library, program, 'dev')
  program.allowExcessArguments().action(() => {
    const [unknown] = program.args
    if (unknown !== undefined) said = unknownCommand(unknown)
    else line = commandLine('dev', valuesOf(program), [])
  })
  for (const [name, { about, isDefault }] of Object.entries(commands)) {
    const command = speaker(library, name, listen).description(about).helpOption('-h, --help', 'print this help')
    addFlags(library, command, name as Command)
    command.action(() => {
      if (runsPrograms(name, valuesOf(command)) && toRun.length === 0) said = nothingToRun(name)
      else line = commandLine(name as Command, { ...valuesOf(program), ...valuesOf(command) }, toRun)
    })
    program.addCommand(command, { hidden: isDefault === true })
  }
  program.addCommand(doctorCommand(library, listen))
  program.addCommand(logCommand(library, listen))
  let isTold = false
  program.addCommand(
    speaker(library, 'version', listen)
      .description('print the version')
      .helpOption('-h, --help', 'print this help')
      .action(() => {
        said = version
        isTold = true
      }),
  )
  program.helpCommand('help [command]', 'print the help of a command')
  try {
    program.parse(own, { from: 'user' })
  } catch (error) {
    if (!(error instanceof library.CommanderError)) throw error
    return { said: said.trimEnd(), exitCode: error.exitCode === 0 ? 0 : 2 }
  }
  return line ?? { said: said.trimEnd(), exitCode: isTold ? 0 : 2 }
}

/** It has flags of its own, and is known here for its help. */
function doctorCommand(library: Library, listen: (text: string) => void): Speaker {
  const command = speaker(library, 'doctor', listen)
    .description('say what keeps clients on this machine from a broker: odradek doctor HOST:PORT')
    .argument('[bootstrap]', 'addresses with commas (default KAFKA_BOOTSTRAP_SERVERS, or 127.0.0.1:9092)')
    .helpOption('-h, --help', 'print this help')
  for (const [name, about] of Object.entries(doctorFlags)) command.option(`--${name}`, about)
  return command
}

function logCommand(library: Library, listen: (text: string) => void): Speaker {
  const verbs = Object.entries(logVerbs).map(([verb, about]) => `  ${verb}   ${about}\n`)
  const command = speaker(library, 'log', listen)
    .description('find damage in the data directory of a broker that is stopped, and repair it')
    .argument('<verb>', Object.keys(logVerbs).join(' or '))
    .argument('[logs...]', 'names of logs, such as orders-0')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', `\n${verbs.join('')}`)
  for (const [name, flag] of Object.entries(logFlags)) {
    const { about, short, value } = { short: undefined, value: undefined, ...flag }
    command.option(`${short ? `-${short}, ` : ''}--${name}${value ? ` <${value}>` : ''}`, about)
  }
  return command
}

const runsPrograms = (name: string, { list }: FlagValues): boolean =>
  name === 'run' || (name === 'failures' && list !== true)

const nothingToRun = (name: string): string =>
  `odradek: ${name} needs a command, such as: odradek ${name} -- npm test (odradek --help)`

const allCommands: readonly string[] = [...Object.keys(commands), 'doctor', 'log', 'version', 'help']

function unknownCommand(name: string): string {
  const [near] = nearestNames(allCommands, name, 1)
  return `odradek: there is no command '${name}'.${near ? ` Did you mean ${near}?` : ''} (odradek --help)`
}

function speaker(library: Library, name: string, listen: (text: string) => void): Speaker {
  // One line: what is wrong, and the nearest flag if there is one.
  const mistake = (text: string) =>
    `${text
      .trim()
      .replace(/^error: /, 'odradek: ')
      .replace(/\s*\n\s*/g, '. ')} (odradek --help)\n`
  return new library.Command(name)
    .exitOverride()
    .allowExcessArguments(false)
    .configureOutput({ writeOut: listen, writeErr: text => listen(mistake(text)) })
}

function addFlags(library: Library, command: Speaker, of: Command): void {
  for (const [name, { short, value, repeats, about }] of flagsOf(of)) {
    const option = new library.Option(`${short ? `-${short}, ` : ''}--${name}${value ? ` <${value}>` : ''}`, about)
    if (repeats) option.argParser((one: string, before: readonly string[] = []) => [...before, one])
    command.addOption(option)
  }
}

/** Commander names a flag's value in camel case; the table does not. */
function valuesOf(command: Speaker): FlagValues {
  const given = command.opts<FlagValues>()
  const camel = (name: string) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
  const named = Object.keys(flagTable).map(name => [name, given[camel(name)]] as const)
  return Object.fromEntries(named.filter(([, value]) => value !== undefined))
}

const examples = `
Examples:
  odradek                                  in memory, on 127.0.0.1:9092
  odradek --port 0                         on a free port
  odradek start --data-dir ./data          keeps everything across restarts
  odradek --brokers 3                      a cluster of three, from port 9092 on
  odradek run -- npm test                  a broker for as long as the tests run; KAFKA_BROKERS says where
  odradek failures --report junit.xml -- npm test   does it survive what goes wrong with a Kafka?
  odradek start --config server.properties --set num.partitions=3

Environment: ODRADEK_PORT, ODRADEK_HOST, ODRADEK_DATA_DIR, ODRADEK_PROFILE, ODRADEK_CONFIG, ODRADEK_FLUSH,
and any broker config: log.retention.ms is ODRADEK_LOG_RETENTION_MS. Flags win over --set, then the environment,
then the file, then the profile.`
