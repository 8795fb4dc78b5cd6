import { nodeClock, nodeTimers } from '../../../../src/platform/node/clock'

test('time goes on and timers run under fake timers installed later', async () => {
  jest.useFakeTimers()
  try {
    const before = nodeClock.now()
    expect(before).toBeGreaterThan(Date.UTC(2020))
    const started = nodeClock.monotonic()
    await new Promise<void>(resolve => nodeTimers.after(5, resolve))
    expect(nodeClock.monotonic()).toBeGreaterThan(started)
    await new Promise<void>(resolve => nodeTimers.endOfTurn(resolve))
  } finally {
    jest.useRealTimers()
  }
})

test('a timer never runs synchronously, runs once, and not when cancelled', async () => {
  const seen: string[] = []
  nodeTimers.after(0, () => seen.push('ran'))
  const cancel = nodeTimers.after(0, () => seen.push('cancelled'))
  cancel()
  cancel()
  expect(seen).toEqual([])
  await new Promise<void>(resolve => nodeTimers.after(20, resolve))
  expect(seen).toEqual(['ran'])
  cancel()
})

test('a delay longer than Node knows does not run at once', async () => {
  let ran = false
  const cancel = nodeTimers.after(1e13, () => {
    ran = true
  })
  await new Promise<void>(resolve => nodeTimers.after(20, resolve))
  cancel()
  expect(ran).toBe(false)
})
