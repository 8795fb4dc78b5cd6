/** Nothing below a resolved flush is lost, and nothing is there that was not appended, however the power goes. */
import { CrashStory, type Ending } from './log-crash-story'

const seeds = Number(process.env['ODRADEK_CRASH_SEEDS'] ?? 500)
const first = Number(process.env['ODRADEK_CRASH_FIRST'] ?? 1)

test(`${seeds} stories of crashes`, async () => {
  let cuts = 0
  for (let seed = first; seed < first + seeds; seed += 1) {
    const story = new CrashStory(seed)
    const endings: Ending[] = ['power', 'power', 'kill', 'power', 'close', 'power', 'kill']
    const lives = story.dice.between(2, endings.length)
    for (const ending of endings.slice(0, lives)) {
      try {
        await story.live(ending)
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error })
      }
    }
    cuts += story.cuts.length
  }
  // A test of recovery in which nothing had to be recovered would show nothing.
  expect(cuts).toBeGreaterThan(seeds / 10)
}, 120_000)
