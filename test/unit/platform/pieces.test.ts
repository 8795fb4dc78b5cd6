import { AtMost, eachInPieces, Pieces } from '../../../src/platform/pieces'

/** Pieces whose turns end when the test says so. */
function turnsBy(turnCost: number) {
  const ends: (() => void)[] = []
  const pieces = new Pieces({ endOfTurn: run => void ends.push(run) }, turnCost)
  const settle = async () => {
    for (let i = 0; i < 50; i += 1) await Promise.resolve()
  }
  const endTurn = async () => {
    for (const end of ends.splice(0)) end()
    await settle()
  }
  return { pieces, settle, endTurn }
}

test('a turn has room for so much, whoever does it, and the next one for as much again', async () => {
  const { pieces, settle, endTurn } = turnsBy(80)
  const done = [0, 0, 0]
  const work = (nth: number) => {
    let left = 20
    return eachInPieces(pieces, () => {
      if (left === 0) return null
      left -= 1
      done[nth]! += 1
      return 10
    })
  }
  const all = Promise.all([work(0), work(1), work(2)])
  const seen: number[][] = []
  for (let turn = 0; turn < 9; turn += 1) {
    await (turn === 0 ? settle() : endTurn())
    seen.push([...done])
  }
  await all
  const inTurns = seen.map((now, turn) => now.map((count, nth) => count - (seen[turn - 1]?.[nth] ?? 0)))
  for (const each of inTurns) expect(each.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(8)
  // All go on in each turn, until they are done.
  for (const each of inTurns.slice(0, 6)) expect(Math.min(...each)).toBeGreaterThan(0)
  expect(done).toEqual([20, 20, 20])
})

test('a piece that throws ends its own work only', async () => {
  const { pieces } = turnsBy(80)
  await expect(
    pieces.do(() => {
      throw new Error('broken')
    }),
  ).rejects.toThrow('broken')
  let ran = false
  await pieces.do(() => {
    ran = true
    return 1
  })
  expect(ran).toBe(true)
})

test('no more are at work than may be, and they come in order, whatever becomes of those before', async () => {
  const opened = new AtMost(2)
  const ends: ((error?: Error) => void)[] = []
  const begun: number[] = []
  const work = (nth: number) =>
    opened.run(() => {
      begun.push(nth)
      return new Promise<number>((resolve, reject) => ends.push(error => (error ? reject(error) : resolve(nth))))
    })
  const all = [0, 1, 2, 3].map(work)
  expect(begun).toEqual([0, 1])
  ends[1]!(new Error('broken'))
  await expect(all[1]).rejects.toThrow('broken')
  expect(begun).toEqual([0, 1, 2])
  ends[0]!()
  ends[2]!()
  expect(await Promise.all([all[0], all[2]])).toEqual([0, 2])
  expect(begun).toEqual([0, 1, 2, 3])
  ends[3]!()
  await all[3]
  expect(await opened.run(async () => 'free')).toBe('free')
})
