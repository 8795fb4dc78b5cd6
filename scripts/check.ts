/** `npm run check`: what must hold before a commit lands, in well under a minute. Two steps at a time. */
import { type Outcome, type Step, jest, report, run, summary, tool } from './steps'

const minute = 60_000
const steps: readonly Step[] = [
  { name: 'unit', command: jest('--maxWorkers=1', 'test/unit', 'test/conformance'), timeoutMs: 5 * minute },
  { name: 'types', command: tool('typescript/bin/tsc', '-p', 'tsconfig.json', '--noEmit'), timeoutMs: 2 * minute },
  { name: 'lint', command: tool('oxlint/bin/oxlint'), timeoutMs: minute },
  { name: 'format', command: tool('@biomejs/biome/bin/biome', 'format', '.'), timeoutMs: minute },
  { name: 'house', command: jest('--maxWorkers=1', 'test/house'), timeoutMs: 2 * minute },
  { name: 'unused', command: tool('knip/bin/knip.js'), timeoutMs: minute },
]

async function main(): Promise<void> {
  const waiting = [...steps]
  const outcomes: Outcome[] = []
  const worker = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      const outcome = await run(step)
      report(outcome)
      outcomes.push(outcome)
    }
  }
  await Promise.all([worker(), worker()])
  summary(outcomes)
}

void main()
