import { type Extensible, oneOfEach } from '../../../../src/embedded/runners/fixture-layers'

/** As vitest 3 has it: fixtures of one name stand beside each other. */
class Api implements Extensible {
  readonly made: readonly [string, unknown][]
  constructor(made: readonly [string, unknown][] = []) {
    this.made = made
  }
  extend(fixtures: object): Api {
    return new Api([...this.made, ...Object.entries(fixtures)])
  }
}

const fixtures = { options: 0, origin: 'made of options' }

function extended(api: Api = new Api().extend(fixtures)) {
  return oneOfEach(api, new Api(), fixtures, 'options')
}

test('options that come again take the place of the first, beside what was added meanwhile', () => {
  const test = extended().extend({ mine: 1 }).extend({ options: 2 })
  expect(test.made).toEqual([
    ['options', 2],
    ['origin', 'made of options'],
    ['mine', 1],
  ])
  const more = test.extend({ yours: 3 }).extend({ options: 4 })
  expect(Object.fromEntries(more.made)).toEqual({ options: 4, origin: 'made of options', mine: 1, yours: 3 })
  expect(more.made).toHaveLength(4)
})

test('other fixtures are added as vitest does it', () => {
  expect(extended().extend({ mine: 1 }).extend({ mine: 2 }).made.slice(2)).toEqual([
    ['mine', 1],
    ['mine', 2],
  ])
})

test('a vitest that overrides by itself is left alone', () => {
  const api = Object.assign(new Api(), { override: () => {} })
  expect(extended(api)).toBe(api)
  expect(Object.hasOwn(api, 'extend')).toBe(false)
})
