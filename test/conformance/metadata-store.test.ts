/** The specification of metadata stores, held against each of them. */
import { EmbeddedStore } from '../../src/metadata/store/embedded-store'
import { nodeFiles } from '../../src/platform/node/files'
import { Dice } from '../../src/platform/simulated/dice'
import { scratchDirectory } from '../support/scratch'
import { describeMetadataStore } from './metadata-store'

describeMetadataStore('memory', async () => ({
  store: EmbeddedStore.inMemory(new Dice('store')),
  reopen: null,
  dispose: async () => {},
}))

describeMetadataStore('a directory', async () => {
  const { path, remove } = scratchDirectory()
  let store = await EmbeddedStore.open(nodeFiles, path, new Dice('store'))
  return {
    store,
    reopen: async () => {
      await store.close()
      store = await EmbeddedStore.open(nodeFiles, path, new Dice('other'))
      return store
    },
    dispose: async () => {
      await store.close()
      remove()
    },
  }
})
