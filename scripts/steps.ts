/** Steps of a check: commands that are run, timed and counted. */
import { spawn } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'

export interface Step {
  readonly name: string
  /** Program and arguments. `node` is the Node that runs this script. */
  readonly command: readonly string[]
  readonly timeoutMs: number
  readonly env?: { readonly [name: string]: string }
}

export interface Outcome {
  readonly name: string
  readonly passed: number
  readonly failed: number
  readonly seconds: number
  readonly output: string
}

/** What jest and our own runners say of themselves at the end. */
const jestLine = /^Tests:\s+(?:(\d+) failed, )?(?:\d+ skipped, )?(?:\d+ todo, )?(?:(\d+) passed, )?\d+ total/gm
const ownLine = /^(\d+) passed, (\d+) failed$/gm

/**
 * Counts from the last line that has some; a command that has none counts as one. A command that failed has at least one
 * failure, whatever it said.
 */
export function counts(output: string, exitCode: number | null): { passed: number; failed: number } {
  // Colours would hide the lines.
  const text = stripVTControlCharacters(output)
  const own = [...text.matchAll(ownLine)].at(-1)
  const jest = [...text.matchAll(jestLine)].at(-1)
  const passed = Number(own?.[1] ?? jest?.[2] ?? (own || jest || exitCode !== 0 ? 0 : 1))
  const failed = Number(own?.[2] ?? jest?.[1] ?? 0)
  return { passed, failed: exitCode === 0 ? failed : Math.max(1, failed) }
}

export function run({ name, command, timeoutMs, env }: Step): Promise<Outcome> {
  const begun = performance.now()
  const [program, ...args] = command
  return new Promise(resolve => {
    let output = ''
    const child = spawn(program === 'node' ? process.execPath : program!, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that what it started ends with it.
      detached: process.platform !== 'win32',
      shell: process.platform === 'win32',
    })
    const timer = setTimeout(() => {
      output += `\n${name}: stopped after ${timeoutMs / 1000} s\n`
      end(child.pid)
    }, timeoutMs)
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += String(chunk)))
    child.on('error', error => (output += `${error.message}\n`))
    child.on('close', exitCode => {
      clearTimeout(timer)
      const seconds = (performance.now() - begun) / 1000
      resolve({ name, ...counts(output, exitCode), seconds, output })
    })
  })
}

function end(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch {
    // It ended by itself meanwhile.
  }
}

const tailLines = 150

export function report({ name, passed, failed, seconds, output }: Outcome): void {
  const mark = failed === 0 ? 'ok  ' : 'FAIL'
  print(`${mark} ${name.padEnd(28)} ${seconds.toFixed(1).padStart(7)} s   ${passed} passed, ${failed} failed`)
  if (failed > 0) print(output.trimEnd().split('\n').slice(-tailLines).join('\n').replace(/^/gm, '     | '))
}

/** The line everything ends with; sets the exit code. */
export function summary(outcomes: readonly Outcome[]): void {
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((total, outcome) => total + of(outcome), 0)
  const failed = sum(outcome => outcome.failed)
  print(`${sum(outcome => outcome.passed)} passed, ${failed} failed`)
  if (failed > 0) process.exitCode = 1
}

export const print = (line: string): void => void process.stdout.write(`${line}\n`)

export const tool = (path: string, ...args: string[]): readonly string[] => ['node', `node_modules/${path}`, ...args]
export const jest = (...args: string[]): readonly string[] => tool('jest/bin/jest.js', '--ci', ...args)
