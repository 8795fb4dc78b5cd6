/** Apache Kafka's Java clients (src/*.java, compiled here) and its console tools, unchanged, through the common scenarios. */
import fs from 'node:fs'
import path from 'node:path'
import { besideTools, fetchKafka, toolsClassPath } from '../../scripts/judge/kafka'
import { launch, mustRun } from '../../scripts/judge/process'
import { argument, runScenes } from '../runner'
import { toolScenes } from './tools'

const target = 'compat/java/target'
const sources = 'compat/java/src'

/** Compiles when a source is newer than what is compiled. */
async function compile(): Promise<void> {
  const files = fs.readdirSync(sources).map(name => path.join(sources, name))
  const newest = Math.max(...files.map(file => fs.statSync(file).mtimeMs))
  const made = path.join(target, 'Compat.class')
  if (fs.existsSync(made) && fs.statSync(made).mtimeMs > newest) return
  fs.mkdirSync(target, { recursive: true })
  await mustRun('javac', ['-d', target, '-cp', toolsClassPath, ...files], { timeoutMs: 120_000 })
}

/** Runs the Java program; its lines go through unchanged. */
async function runProgram(): Promise<void> {
  const args = besideTools(target, 'Compat')
  for (const name of ['bootstrap', 'restart', 'only']) {
    const value = argument(name)
    if (value !== undefined) args.push(`--${name}`, value)
  }
  const child = launch('java', args, { stdio: ['ignore', 'inherit', 'ignore'] })
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => resolve())
  })
}

async function main(): Promise<void> {
  await fetchKafka()
  await compile()
  const only = argument('only')?.split(',')
  if (only === undefined || only.some(name => !(name in toolScenes))) await runProgram()
  await runScenes('java', toolScenes)
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
