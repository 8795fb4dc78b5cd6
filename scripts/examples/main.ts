/**
 * `npm run examples`: each project of `examples/` is copied to a folder of its own, gets this package packed as for the
 * registry, and the packages that it pins, and runs its tests. `npm run examples -- NAME` runs those of one.
 */
import fs from 'node:fs'
import path from 'node:path'
import { type Finished, run, temporaryDir } from '../judge/process'

const environments = path.resolve('compat/.venv/bin')

/** Why an example cannot run here; null when it can. */
async function whyNot(folder: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  if (!fs.existsSync(path.join(folder, 'requirements.txt'))) return null
  const { code } = await run('python3', ['-c', 'import aiokafka, confluent_kafka, pytest'], { env })
  return code === 0 ? null : 'python has not what requirements.txt names (scripts/ci/install.sh)'
}

function said({ stdout, stderr }: Finished): string {
  return `${stdout}${stderr}`.trimEnd()
}

/** Null when it passed, else what it said. */
async function runExample(name: string, tarball: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  const folder = temporaryDir(`odradek-${name}-`)
  fs.cpSync(path.join('examples', name), folder, { recursive: true })
  const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline']
  const installed = await run('npm', ['install', ...quiet, tarball], { cwd: folder, env, timeoutMs: 180_000 })
  if (installed.code !== 0) return said(installed)
  const tested = await run('npm', ['test'], { cwd: folder, env, timeoutMs: 240_000 })
  return tested.code === 0 ? null : said(tested)
}

async function main(): Promise<void> {
  const env = { ...process.env, PATH: `${environments}${path.delimiter}${process.env['PATH']}` }
  const packed = temporaryDir('odradek-packed-')
  const pack = await run('npm', ['pack', '--ignore-scripts', '--pack-destination', packed])
  if (pack.code !== 0) throw new Error(said(pack))
  const tarball = path.join(packed, fs.readdirSync(packed)[0]!)
  const wanted = process.argv[2]
  const names = fs
    .readdirSync('examples', { withFileTypes: true })
    .filter(entry => entry.isDirectory() && (wanted === undefined || entry.name === wanted))
    .map(entry => entry.name)
  if (names.length === 0) throw new Error(`there is no example ${wanted}`)
  let [passed, failed] = [0, 0]
  for (const name of names) {
    const missing = await whyNot(path.join('examples', name), env)
    // One that does not end is a failure as any other, and the others have their turn.
    const failure = missing === null ? await runExample(name, tarball, env).catch(String) : null
    if (missing !== null) {
      process.stdout.write(`skip ${name}: ${missing}\n`)
    } else if (failure === null) {
      passed++
      process.stdout.write(`ok   ${name}\n`)
    } else {
      failed++
      process.stdout.write(`FAIL ${name}\n${failure.replace(/^/gm, '     | ')}\n`)
    }
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  if (failed > 0) process.exitCode = 1
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n0 passed, 1 failed\n`)
  process.exit(1)
})
