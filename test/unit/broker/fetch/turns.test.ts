import { ReadingTurns } from '../../../../src/broker/fetch/turns'

test('whoever comes after very much was read waits for the next turn', async () => {
  const ends: (() => void)[] = []
  const turns = new ReadingTurns({ endOfTurn: run => void ends.push(run) })
  expect(turns.wait).toBeNull()
  turns.read(1_000_000)
  expect(turns.wait).toBeNull()
  turns.read(8_000_000)
  const waits = turns.wait!
  const heard: string[] = []
  void waits.then(() => heard.push('goes on'))
  await Promise.resolve()
  expect(heard).toEqual([])
  expect(ends).toHaveLength(1)
  ends[0]!()
  await waits
  expect([heard, turns.wait]).toEqual([['goes on'], null])
})
