import fc from 'fast-check'
import { Deferred, Heap } from '../../../src/platform/collections'

test('a heap gives what was put in, in order, whatever the mix of push and pop', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer(), { nil: null })), steps => {
      const heap = new Heap<number>((a, b) => a - b)
      const model: number[] = []
      for (const step of steps) {
        if (step === null) {
          expect(heap.pop()).toBe(model.shift())
        } else {
          heap.push(step)
          model.push(step)
          model.sort((a, b) => a - b)
        }
        expect(heap.size).toBe(model.length)
        expect(heap.peek()).toBe(model[0])
      }
    }),
    { seed: 7 },
  )
})

test('a deferred is settled once', async () => {
  const one = new Deferred<number>()
  one.resolve(1)
  one.reject(new Error('too late'))
  await expect(one.promise).resolves.toBe(1)
  const other = new Deferred<number>()
  other.reject(new Error('no'))
  await expect(other.promise).rejects.toThrow('no')
})
