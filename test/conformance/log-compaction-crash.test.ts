/** Compaction survives the power going at every operation on files that it does. */
import { CompactionStory } from './log-compaction-story'

const seeds = Number(process.env['ODRADEK_COMPACTION_SEEDS'] ?? 4)

test.each(Array.from({ length: seeds }, (_, i) => i + 1))(
  'power that goes at any operation of a round loses nothing, and the next round ends as it would have: seed %i',
  async seed => {
    let crashes = 0
    for (let at = 0; ; at += 1) {
      const story = new CompactionStory(seed)
      await story.open()
      await story.append(25)
      await story.world.until(story.compact())
      await story.world.runFor(100)
      await story.append(25)
      const isOver = await story.compactAndCrash(at)
      await story.open()
      try {
        story.check()
        expect(story.files().filter(name => /\.(cleaned|swap)$/.test(name))).toEqual([])
        await story.world.runFor(100)
        await story.append(3)
        await story.world.until(story.compact())
        story.check()
        await story.close()
        await story.open()
        story.check()
      } catch (error) {
        throw new Error(`at operation ${at}: ${(error as Error).message}`, { cause: error })
      }
      if (!isOver) break
      crashes += 1
    }
    expect(crashes).toBeGreaterThan(30)
  },
  120_000,
)

test.each(Array.from({ length: seeds * 5 }, (_, i) => 100 + i))(
  'round after round with crashes in between: seed %i',
  async seed => {
    const story = new CompactionStory(seed)
    await story.open()
    for (let life = 0; life < 6; life += 1) {
      await story.append(story.dice.between(1, 20))
      if (story.dice.chance(0.5)) await story.world.until(story.compact())
      await story.world.runFor(story.dice.between(0, 20))
      await story.compactAndCrash(story.dice.between(0, 150))
      await story.open()
      story.check()
    }
  },
)
