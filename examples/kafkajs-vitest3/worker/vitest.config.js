import { BaseSequencer } from 'vitest/node'

class ByName extends BaseSequencer {
  async sort(files) {
    return [...files].sort((one, other) => one.moduleId.localeCompare(other.moduleId))
  }
}

// One worker for all files, which find what those before them have done.
export default {
  test: {
    isolate: false,
    fileParallelism: false,
    sequence: { sequencer: ByName },
    provide: { kafkaOptions: { scope: 'worker', topics: ['orders'] } },
  },
}
