import { chosenFailures, standardFailures } from '../../../../src/embedded/failures/failures'
import { faultFrom } from '../../../../src/embedded/door/fault-spec'
import { type Trial, tryFailures, verdictLine } from '../../../../src/embedded/failures/trials'
import { EngineBench } from '../../../support/engine-bench'

test('there are some forty, each with a name of its own, and a broker knows what they are made of', async () => {
  const bench = new EngineBench()
  const { cluster } = await bench.start()
  expect(standardFailures.length).toBeGreaterThanOrEqual(40)
  expect(new Set(standardFailures.map(({ name }) => name)).size).toBe(standardFailures.length)
  for (const { name, says, faults } of standardFailures) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)+$/)
    expect(says).toMatch(/^[A-Z].*\.$/)
    for (const fault of faults) await bench.ask(cluster, 'addFault', faultFrom(fault))
    // Every one passes: who tries again is served in the end.
    expect(faults.every(({ times }) => times !== undefined)).toBe(true)
  }
})

test('they are chosen by name and by kind', () => {
  expect(chosenFailures([])).toEqual(standardFailures)
  expect(chosenFailures(['produce-lost']).map(({ name }) => name)).toEqual(['produce-lost'])
  expect(chosenFailures(['transaction', 'produce-lost'], ['transaction-end-answer-lost'])).toHaveLength(4)
  expect(() => chosenFailures(['produce-lots'])).toThrow(
    "no failure is called 'produce-lots'. Did you mean produce-lost?",
  )
  expect(() => chosenFailures([], ['nothing'])).toThrow(
    "no failure is called 'nothing'. Kinds of them are network, metadata, produce, fetch, group, commit, transaction.",
  )
})

async function tried(trials: { readonly [name: string]: Trial }) {
  const said: string[] = []
  const failures = standardFailures.slice(0, 3)
  let nowMs = 0
  const clock = { now: () => 0, monotonic: () => (nowMs += 5) }
  const names = ['none', ...failures.map(({ name }) => name)]
  const ofName = (name: string): Trial => trials[['none', 'first', 'second', 'third'][names.indexOf(name)]!]!
  const trial = async ({ name }: { readonly name: string }) => ofName(name)
  const report = await tryFailures(failures, clock, trial, verdict => said.push(verdictLine(verdict)))
  return { report, said }
}

const fine: Trial = { hits: 1, message: null }

test('what is survived, what is not, and what was not met', async () => {
  const none = { hits: 0, message: null }
  const { report, said } = await tried({ none, first: fine, second: { hits: 2, message: 'oh\nno' }, third: none })
  expect(report!.verdicts.map(({ outcome }) => outcome)).toEqual(['survived', 'failed', 'unmet'])
  expect(report!.ok).toBe(false)
  expect(said).toEqual([
    'ok    none (5 ms)',
    'ok    first-connection-drops (5 ms)',
    'FAIL  all-connections-drop-at-produce (5 ms): oh',
    'unmet all-connections-drop-at-fetch (5 ms)',
  ])
  expect(String(report).split('\n').at(-1)).toBe('1 survived, 1 failed, 1 unmet')
  expect(report!.junit()).toContain('tests="3" failures="1" errors="0" skipped="1"')
})

test('what fails without a failure is tried with none', async () => {
  const { report, said } = await tried({ none: { hits: 0, message: 'no broker' } })
  expect([report, said]).toEqual([null, ['FAIL  none (5 ms): no broker']])
})
