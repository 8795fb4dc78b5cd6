/** `odradek doctor [HOST:PORT,...]`: why a client does not get on with a broker, seen from this machine. */
import { parseArgs } from 'node:util'
import type { Address } from '../../platform/network'
import type { Platform } from '../../platform/platform'
import type { Process } from '../../platform/process'
import { type Diagnosis, examine } from './examine'

const timeoutMs = 5_000
const defaultBootstrap = '127.0.0.1:9092'

const usage = 'odradek: doctor takes addresses as HOST:PORT, one or several with commas (odradek doctor --help)'

/** Ends the process: 0 all is well, 1 something is wrong, 2 it was told something that it does not understand. */
export async function doctor(argv: readonly string[], process: Process, platform: Platform): Promise<void> {
  const asked = read(argv, process.env)
  if (asked === null) {
    process.complain(usage)
    return process.exit(2)
  }
  const diagnosis = await examine({ ...platform, timeoutMs }, asked)
  if (asked.json) process.print(JSON.stringify(diagnosis))
  else for (const line of linesOf(diagnosis)) process.print(line)
  process.exit(diagnosis.ok ? 0 : 1)
}

interface Asked {
  readonly bootstrap: readonly Address[]
  readonly write: boolean
  readonly json: boolean
}

/** Null for what cannot be understood. */
export function read(argv: readonly string[], env: Process['env']): Asked | null {
  try {
    const options = { write: { type: 'boolean' }, json: { type: 'boolean' } } as const
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true })
    const given = positionals.length > 0 ? positionals.join(',') : (fromEnvironment(env) ?? defaultBootstrap)
    const bootstrap = given.split(',').map(text => addressOf(text.trim()))
    if (bootstrap.some(address => address === null)) return null
    return { bootstrap: bootstrap as Address[], write: values.write === true, json: values.json === true }
  } catch {
    return null
  }
}

function fromEnvironment(env: Process['env']): string | undefined {
  return [env['KAFKA_BOOTSTRAP_SERVERS'], env['KAFKA_BROKERS'], env['BOOTSTRAP_SERVERS']].find(Boolean)
}

/** A port that is left out is 9092. */
function addressOf(text: string): Address | null {
  const match = /^(?:[A-Z_]+:\/\/)?(?:\[([0-9a-fA-F:.]+(?:%[\w.~-]+)?)\]|([^\s[\]:/]+))(?::(\d{1,5}))?$/.exec(text)
  const port = Number(match?.[3] ?? 9092)
  return match === null || port > 65_535 ? null : { host: match[1] ?? match[2]!, port }
}

export function linesOf({ ok, findings }: Diagnosis): string[] {
  const lines = findings.flatMap(finding => [
    `${finding.ok ? 'ok  ' : 'FAIL'}  ${finding.says}`,
    ...(finding.advice === null ? [] : [`      ${finding.advice}`]),
  ])
  return [...lines, ok ? 'All is well.' : 'Something is wrong.']
}
