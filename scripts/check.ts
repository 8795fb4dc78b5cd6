/** `npm run check`: what must hold before a commit lands, in well under a minute. Two steps at a time. */
import { houseSteps, staticSteps, unitSteps } from './step-list'
import { type Outcome, report, run, summary } from './steps'

async function main(): Promise<void> {
  // The longest first, so that both ends of the list are reached at about the same time.
  const waiting = [...unitSteps, ...houseSteps, ...staticSteps]
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
