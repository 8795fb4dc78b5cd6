/** Steps of the proof go side by side as far as there is room, in their order. */
import { type Job, inPool } from '../../../scripts/pool'

/** Jobs that end when told to, and what has happened to them. */
class Jobs {
  readonly happened: string[] = []
  readonly #ends = new Map<string, () => void>()

  make(name: string, size: number): Job {
    return {
      size,
      run: () => {
        this.happened.push(`+${name}`)
        return new Promise<void>(resolve => this.#ends.set(name, resolve))
      },
    }
  }

  async end(name: string): Promise<void> {
    this.#ends.get(name)!()
    this.happened.push(`-${name}`)
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  }
}

test('a job begins when there is room, and a smaller one may go before it', async () => {
  const jobs = new Jobs()
  const done = inPool([jobs.make('a', 4), jobs.make('b', 4), jobs.make('c', 2), jobs.make('d', 1)], 6)
  expect(jobs.happened).toEqual(['+a', '+c'])
  await jobs.end('c')
  await jobs.end('d')
  await jobs.end('a')
  await jobs.end('b')
  await done
  expect(jobs.happened).toEqual(['+a', '+c', '-c', '+d', '-d', '-a', '+b', '-b'])
})

test('what is larger than the room runs alone', async () => {
  const jobs = new Jobs()
  const done = inPool([jobs.make('large', 9), jobs.make('small', 1)], 6)
  expect(jobs.happened).toEqual(['+large'])
  await jobs.end('large')
  expect(jobs.happened).toEqual(['+large', '-large', '+small'])
  await jobs.end('small')
  await done
})

test('nothing to do is done at once', () => expect(inPool([], 6)).resolves.toBeUndefined())
