/** What the log tells of markers that wait, of several for one partition. */
import { MarkerTroubles } from '../../../../src/coordinator/transaction/marker-troubles'
import { lineLogger } from '../../../../src/platform/logger'

test('many markers for one partition are told of as one, and forgotten with the last', () => {
  const lines: string[] = []
  const troubles = new MarkerTroubles(
    lineLogger(
      line => lines.push(line.replace(/^\S+ /, '')),
      () => 0,
      'info',
    ),
  )
  const [here, there] = [0, 1].map(partition => ({ topic: 't', partition })) as [
    { topic: string; partition: number },
    { topic: string; partition: number },
  ]
  for (let producer = 0; producer < 50; producer++) troubles.begin(here, producer, 'full')
  for (let producer = 0; producer < 50; producer++) troubles.failed(here, producer, 'full')
  troubles.begin(there, 7, 'full')
  troubles.failed(here, 3, 'gone')
  expect(troubles.size).toBe(2)
  troubles.end(there)
  for (let left = 50; left > 1; left--) troubles.end(here)
  expect(troubles.size).toBe(1)
  troubles.end(here)
  expect(troubles.size).toBe(0)
  expect(lines).toEqual([
    'warn  transaction.marker.failed topic=t partition=0 producer=0 error=full failures=1',
    'warn  transaction.marker.failed topic=t partition=1 producer=7 error=full failures=1',
    'warn  transaction.marker.failed topic=t partition=0 producer=3 error=gone failures=101',
    'info  transaction.marker.done topic=t partition=1 failures=1',
    'info  transaction.marker.done topic=t partition=0 failures=101',
  ])
})
