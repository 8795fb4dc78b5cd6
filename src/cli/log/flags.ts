/** What `odradek log` is told. */
import { parseArgs } from 'node:util'

export const logVerbs = {
  check: 'read all of the logs in a data directory, or of those that are named, and say what is damaged',
  repair: 'take damaged bytes out of the logs that are named; the records in them are lost, all others stay',
} as const
export type LogVerb = keyof typeof logVerbs

export const logFlags = {
  'data-dir': { short: 'd', value: 'DIR', about: 'the data directory of a broker that is stopped' },
  json: { about: 'print one line of JSON for each log' },
} as const

export interface LogAsked {
  readonly verb: LogVerb
  readonly dataDir: string
  /** Such as `orders-0`; none means all. */
  readonly logs: readonly string[]
  readonly json: boolean
}

/** What is asked, or why that cannot be understood. */
export function readLogLine(
  argv: readonly string[],
  env: { readonly [name: string]: string | undefined },
): LogAsked | string {
  const options = { 'data-dir': { type: 'string', short: 'd' }, json: { type: 'boolean' } } as const
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true })
    const [verb, ...logs] = positionals
    if (verb === undefined || !Object.hasOwn(logVerbs, verb))
      return `log wants one of: ${Object.keys(logVerbs).join(', ')}`
    const dataDir = values['data-dir'] ?? env['ODRADEK_DATA_DIR']
    if (!dataDir) return `log ${verb} wants to know where the logs are: --data-dir DIR`
    if (verb === 'repair' && logs.length === 0)
      return 'log repair wants the names of logs, such as orders-0; odradek log check says which are damaged'
    return { verb: verb as LogVerb, dataDir, logs, json: values.json === true }
  } catch (error) {
    return (error as Error).message.split('\n')[0]!
  }
}
