/** `odradek run -- COMMAND`: a broker for as long as a command runs, which is told where it is. */
import type { Address } from '../platform/network'
import type { Process } from '../platform/process'
import { variablesOf } from './variables'

interface Served {
  readonly address: Address
  /** As `ServedNode` has it. */
  readonly nodes?: readonly (readonly Address[])[]
  readonly controlUrl?: string
  stop(): Promise<void>
}

/**
 * Runs the command, stops the broker, and ends with the command's exit code; with 127 when there is no such command. `env`
 * are variables for it, as `variablesOf` takes them.
 */
export async function runBeside(
  node: Served,
  program: readonly string[],
  process: Process,
  env: readonly string[] = [],
): Promise<void> {
  const [command, ...args] = program as [string, ...string[]]
  const nodes = node.nodes?.map(([first]) => first!) ?? [node.address]
  const variables = variablesOf({ nodes, control: node.controlUrl ?? null }, env)
  const child = process.run(command, args, { ...process.env, ...variables })
  // Ctrl-C reaches the command by itself, and what it does then is its own affair; we end when it has. Where there is no
  // terminal, somebody has told us alone.
  process.onSignal(signal => {
    if (signal !== 'SIGINT' || !process.hasTerminal) child.signal(signal)
  })
  let code: number
  try {
    code = await child.ended
  } catch (error) {
    const { code: reason, message } = error as NodeJS.ErrnoException
    const words = command.includes(' ') ? `. Its words go one by one: odradek run -- ${command}` : ''
    const why = reason === 'ENOENT' ? `there is no such command${words}` : message
    process.complain(`odradek: ${command} cannot be run: ${why}`)
    code = reason === 'ENOENT' ? 127 : 126
  }
  await node.stop()
  process.exit(code)
}
