/** Tests of published Go modules. */
import fs from 'node:fs'
import path from 'node:path'
import { type Finished, mustRun, temporaryDir } from '../../scripts/judge/process'

/** A copy of a module, of the version named or else the one that `cwd` requires, which may be written to, as a module cache may not. */
export async function copyOfModule(module: string, cwd: string): Promise<string> {
  const told = await mustRun('go', ['mod', 'download', '-json', module], { cwd, timeoutMs: 120_000 })
  const { Dir: dir } = JSON.parse(told) as { Dir: string }
  const copy = path.join(temporaryDir('published-'), 'module')
  fs.cpSync(dir, copy, { recursive: true })
  await mustRun('chmod', ['-R', 'u+w', copy])
  return copy
}

/** What `go test -v` says of its tests; subtests are part of theirs. */
export function goTests({ code, stdout, stderr }: Finished): { passed: number; failed: number; report: string } {
  const lines = stdout.split('\n')
  const count = (word: string): number => lines.filter(line => line.startsWith(`--- ${word}`)).length
  const failed = lines.filter(line => /--- FAIL|^panic/.test(line))
  const said = lines.filter(line => /_test\.go/.test(line) && !/retrying|waitForTopic/.test(line)).slice(-60)
  return {
    passed: count('PASS'),
    failed: code === 0 ? 0 : Math.max(1, count('FAIL')),
    report: `${[...failed, ...said].join('\n')}\n${stderr.slice(-2000)}`,
  }
}
