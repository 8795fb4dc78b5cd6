/** `.ci/run` after `npm ci`: every proof there is, the longer ones side by side, and the sum of all in one last line. */
import { rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { inPool } from './pool'
import {
  judgeSteps,
  judgeToolsStep,
  newestNode,
  roomOfCore,
  type SizedStep,
  simulationStep,
  staticSteps,
  testStep,
} from './step-list'
import { type Outcome, type Step, print, report, run, summary } from './steps'

/** It should take less than 20 minutes. A machine that is twice as slow is no reason to fail; one that hangs is. */
const deadlineMs = 45 * 60_000

async function main(): Promise<void> {
  const outcomes: Outcome[] = []
  const take = async (step: Step): Promise<Outcome> => {
    const leftMs = Math.max(1_000, deadlineMs - process.uptime() * 1000)
    const outcome = await run({ ...step, timeoutMs: Math.min(step.timeoutMs, leftMs) })
    report(outcome)
    outcomes.push(outcome)
    return outcome
  }
  const newest = newestNode()
  if (newest === null) print('skip system tests on node 24: npm has none for this machine')
  // Fetching waits for others more than it works, so it goes on beside the rest.
  const fetched = (async () => {
    await take(judgeToolsStep)
    return newest !== null && (await take(newest.install)).failed === 0
  })()
  const sideBySide = (steps: readonly SizedStep[]): Promise<void> =>
    inPool(
      steps.map(({ size, ...step }) => ({ size, run: () => take(step) })),
      roomOfCore * availableParallelism(),
    )
  await sideBySide(staticSteps.map(step => ({ ...step, size: roomOfCore })))
  await sideBySide([testStep, simulationStep])
  // `npm test` builds anew what the judges run.
  await sideBySide([...((await fetched) ? [newest!.system] : []), ...judgeSteps])
  if (newest) rmSync(newest.folder, { recursive: true, force: true })
  summary(outcomes)
}

void main()
