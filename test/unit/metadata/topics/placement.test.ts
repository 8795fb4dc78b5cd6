/** Replicas spread over brokers and racks. */
import fc from 'fast-check'
import type { BrokerImage, MetadataImage } from '../../../../src/metadata/image/image'
import { checkAssignment, placeReplicas } from '../../../../src/metadata/topics/placement'
import { Dice } from '../../../../src/platform/simulated/dice'

function imageOf(racks: (string | null)[], fenced: readonly number[] = []): MetadataImage {
  const brokers: BrokerImage[] = racks.map((rack, id) => ({ id, rack, fenced: fenced.includes(id), endpoints: [] }))
  return { brokers: () => brokers, broker: (id: number) => brokers[id] ?? null } as unknown as MetadataImage
}

describe('placeReplicas', () => {
  it('names distinct brokers, and leads with each of them about equally often', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer(),
        (brokers, factor, partitions, seed) => {
          fc.pre(factor <= brokers)
          const placed = placeReplicas(
            imageOf(Array.from({ length: brokers }, () => null)),
            new Dice(String(seed)),
            partitions,
            factor,
          )
          expect(placed).toHaveLength(partitions)
          const leads = new Map<number, number>()
          for (const { replicas, leader, isr } of placed) {
            expect(new Set(replicas).size).toBe(factor)
            expect([leader, isr]).toEqual([replicas[0], replicas])
            leads.set(leader, (leads.get(leader) ?? 0) + 1)
          }
          const counts = Array.from({ length: brokers }, (_, id) => leads.get(id) ?? 0)
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
        },
      ),
      { seed: 3 },
    )
  })

  it('puts the replicas of a partition into different racks where racks are even', () => {
    const racks = ['x', 'x', 'y', 'y', 'z', 'z']
    for (const { replicas } of placeReplicas(imageOf(racks), new Dice('racks'), 12, 3)) {
      expect(new Set(replicas.map(id => racks[id])).size).toBe(3)
    }
  })

  it('leaves fenced brokers out, unless there are too few others', () => {
    const placed = placeReplicas(imageOf([null, null, null], [1]), new Dice('fenced'), 6, 2)
    expect(placed.flatMap(({ replicas }) => replicas)).not.toContain(1)
    const [wide] = placeReplicas(imageOf([null, null, null], [1]), new Dice('fenced'), 1, 3)
    expect(wide!.replicas[2]).toBe(1)
    expect(wide!.isr).toEqual(wide!.replicas.slice(0, 2))
    expect(() => placeReplicas(imageOf([null, null, null], [1]), new Dice('fenced'), 1, 4)).toThrow('only 3 broker(s)')
    expect(() => placeReplicas(imageOf([null], [0]), new Dice('fenced'), 1, 1)).toThrow('currently fenced')
  })

  it('wants the same number of replicas for all partitions of a topic', () => {
    expect(() => checkAssignment(imageOf([null, null]), [0, 1], 1)).toThrow(
      'The manual partition assignment includes a partition with 2 replica(s), but this is not consistent with previous partitions, which have 1 replica(s).',
    )
  })
})
