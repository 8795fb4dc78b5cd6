import { existsSync } from 'node:fs'
import { silentLogger } from '../../../src/platform/logger'
import { nodePlatform } from '../../../src/platform/node/platform'
import { openStore } from '../../../src/storage/open'
import { scratchDirectory } from '../../support/scratch'

const platform = nodePlatform({ logger: silentLogger })
const options = { flush: 'os', nodeId: 1 } as const

test('memory: keeps logs in memory', async () => {
  const store = await openStore(platform, 'memory:', options)
  expect(store.space().path).toBe('memory:')
  await store.close()
})

test.each(['file://', 'file:'])('%s names a directory', async prefix => {
  const { path, remove } = scratchDirectory()
  const store = await openStore(platform, `${prefix}${path}/a%20b/`, options)
  const expected = prefix === 'file://' ? `${path}/a b` : `${path}/a%20b`
  expect(store.space().path).toBe(expected)
  expect(existsSync(`${expected}/meta.properties`)).toBe(true)
  await store.close()
  remove()
})

test.each(['', 'tape:x', 'file', 'file:', 'file://host/dir', 'constructor:'])('%p is refused', async url => {
  await expect(openStore(platform, url, options)).rejects.toThrow(RangeError)
})
