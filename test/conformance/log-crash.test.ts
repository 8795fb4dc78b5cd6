/** Nothing below a resolved flush is lost, and nothing is there that was not appended, however the power goes. */
import { CrashStory, type Ending } from './log-crash-story'

const seeds = Number(process.env['ODRADEK_CRASH_SEEDS'] ?? 500)
const first = Number(process.env['ODRADEK_CRASH_FIRST'] ?? 1)
const group = 25
const groups = Array.from({ length: Math.ceil(seeds / group) }, (_, i) => first + i * group)
const endings: Ending[] = ['power', 'power', 'kill', 'power', 'close', 'power', 'kill']

let cuts = 0
let faults = 0

test.each(groups)(
  `${group} stories of crashes from seed %i`,
  async from => {
    for (let seed = from; seed < from + group; seed += 1) {
      const story = new CrashStory(seed)
      const lives = story.dice.between(2, endings.length)
      for (const ending of endings.slice(0, lives)) {
        try {
          await story.live(ending)
        } catch (error) {
          throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error })
        }
      }
      cuts += story.cuts.length
      faults += story.faults
    }
  },
  120_000,
)

test('in these stories there was something to recover, and disks failed', () => {
  expect(cuts).toBeGreaterThan(seeds / 10)
  expect(faults).toBeGreaterThan(seeds / 50)
})
