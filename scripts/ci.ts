/** `.ci/run` after `npm ci`: every proof there is, the longer ones side by side, and the sum of all in one last line. */
import { rmSync } from 'node:fs'
import { busyLanes, judgeToolsStep, newestNode, simulationStep, staticSteps, testStep, waitingLanes } from './step-list'
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
  const together = (lanes: readonly (readonly Step[])[]) =>
    Promise.all(
      lanes.map(async lane => {
        for (const step of lane) await take(step)
      }),
    )
  for (const step of staticSteps) await take(step)
  await take(testStep)
  await take(simulationStep)
  const newest = newestNode()
  if (newest === null) print('skip system tests on node 24: npm has none for this machine')
  else {
    if ((await take(newest.install)).failed === 0) await take(newest.system)
    rmSync(newest.folder, { recursive: true, force: true })
  }
  await take(judgeToolsStep)
  await together(busyLanes)
  await together(waitingLanes)
  summary(outcomes)
}

void main()
